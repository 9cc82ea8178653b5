//! The models of `django/v2.py`.

use nuages::db::{Json, Uuid};
use nuages::prelude::*;

#[nuages::model(app = "shelf")]
pub struct Label {
    #[field(max_length = 20, primary_key)]
    pub code: String,
    #[field(max_length = 50)]
    pub name: String,
}

#[nuages::model(app = "shelf")]
pub struct Author {
    #[field(max_length = 100, unique)]
    pub full_name: String,
    #[field(email, default = "")]
    pub email: String,
    #[field(db_index)]
    pub born: Option<NaiveDate>,
    #[field(on_delete = "set_null")]
    pub account: Option<OneToOne<User>>,
    #[field(max_length = 2, default = "FR")]
    pub country: String,
    pub note: Option<String>,
}

#[nuages::model(app = "shelf")]
pub struct Publisher {
    #[field(max_length = 80)]
    pub name: String,
}

#[nuages::model(
    app = "shelf",
    unique_together = ["author", "slug"],
    indexes = [Index(fields = ["published", "-title"], name = "published_title"), ["rating"]],
    constraints = [CheckConstraint(check = "\"pages\" >= (\"rating\")", name = "as_many_pages_as_stars")]
)]
pub struct Book {
    #[field(max_length = 300)]
    pub title: String,
    #[field(slug)]
    pub slug: String,
    #[field(max_length = 30)]
    pub shelf_mark: String,
    #[field(max_digits = 10, decimal_places = 2)]
    pub price: Decimal,
    pub pages: i32,
    #[field(positive)]
    pub rating: Option<i16>,
    #[field(default = false)]
    pub published: bool,
    pub extra: Json,
    #[field(unique)]
    pub code: Uuid,
    pub summary: String,
    pub weight: Option<f64>,
    pub created_at: Timestamp,
    pub opens: Option<NaiveTime>,
    #[field(on_delete = "cascade")]
    pub author: ForeignKey<Author>,
    #[field(on_delete = "set_null")]
    pub publisher: Option<ForeignKey<Publisher>>,
    #[field(on_delete = "set_null")]
    pub sequel: Option<ForeignKey<Book>>,
    #[field(key = String)]
    pub tags: ManyToMany<Label>,
    #[field(blank)]
    pub fans: ManyToMany<User>,
}
