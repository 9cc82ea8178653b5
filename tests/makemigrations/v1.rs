//! The models of `django/v1.py`.

use nuages::db::{Json, Uuid};
use nuages::prelude::*;

#[nuages::model(app = "shelf")]
pub struct Tag {
    #[field(max_length = 20, primary_key)]
    pub code: String,
    #[field(max_length = 50)]
    pub name: String,
}

#[nuages::model(app = "shelf")]
pub struct Author {
    #[field(max_length = 100, unique)]
    pub name: String,
    #[field(email)]
    pub email: Option<String>,
    pub born: Option<NaiveDate>,
    #[field(on_delete = "set_null")]
    pub account: Option<OneToOne<User>>,
}

#[nuages::model(app = "shelf")]
pub struct Notice {
    pub text: String,
}

#[nuages::model(
    app = "shelf",
    unique_together = ["author", "title"],
    indexes = [["published", "-title"], Index(fields = ["pages"], name = "many_pages", condition = "\"published\"")],
    constraints = [
        CheckConstraint(check = "\"pages\" > (\"rating\")", name = "more_pages_than_stars"),
        UniqueConstraint(fields = ["code"], name = "code_is_unique"),
        UniqueConstraint(fields = ["shelf_mark"], name = "one_published_mark", condition = "\"published\""),
    ]
)]
pub struct Book {
    #[field(max_length = 200)]
    pub title: String,
    #[field(slug, unique)]
    pub slug: String,
    #[field(slug, max_length = 30)]
    pub shelf_mark: String,
    #[field(max_digits = 8, decimal_places = 2)]
    pub price: Decimal,
    #[field(positive)]
    pub pages: i32,
    pub rating: Option<i16>,
    #[field(default = false)]
    pub published: bool,
    pub extra: Json,
    pub code: Uuid,
    #[field(db_index)]
    pub summary: String,
    pub weight: Option<f64>,
    pub created_at: Timestamp,
    pub opens: Option<NaiveTime>,
    #[field(on_delete = "cascade")]
    pub author: ForeignKey<Author>,
    #[field(on_delete = "set_null", related_name = "edited")]
    pub editor: Option<ForeignKey<Author>>,
    #[field(on_delete = "set_null")]
    pub sequel: Option<ForeignKey<Book>>,
    #[field(key = String)]
    pub tags: ManyToMany<Tag>,
    #[field(blank)]
    pub readers: ManyToMany<User>,
}
