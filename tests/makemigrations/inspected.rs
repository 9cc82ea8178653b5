//! The tables of the database, as `inspectdb` found them.
//!
//! Give the models better names, and remove those that you do not need.

use nuages::db::{Json, Uuid};
use nuages::prelude::*;

/// A row of `shelf_author`.
#[nuages::model(app = "shelf")]
pub struct Author {
    /// Name.
    #[field(max_length = 100, unique)]
    pub name: String,
    /// Email.
    #[field(max_length = 254)]
    pub email: Option<String>,
    /// Born.
    pub born: Option<NaiveDate>,
    /// Account.
    #[field(on_delete = "set_null")]
    pub account: Option<OneToOne<User>>,
}

/// A row of `shelf_book`.
#[nuages::model(app = "shelf", unique_together = [["author", "title"]], indexes = [Index(fields = ["pages"], name = "many_pages", condition = "published"), Index(fields = ["published", "-title"], name = "shelf_book_publish_16acd1_idx")], constraints = [UniqueConstraint(fields = ["code"], name = "code_is_unique"), UniqueConstraint(fields = ["shelf_mark"], name = "one_published_mark", condition = "published"), CheckConstraint(check = "(pages > rating)", name = "more_pages_than_stars")])]
pub struct Book {
    /// Title.
    #[field(max_length = 200)]
    pub title: String,
    /// Slug.
    #[field(max_length = 50, unique)]
    pub slug: String,
    /// Shelf mark.
    #[field(max_length = 30, db_index)]
    pub shelf_mark: String,
    /// Price.
    #[field(max_digits = 8, decimal_places = 2)]
    pub price: Decimal,
    /// Pages.
    #[field(positive)]
    pub pages: i32,
    /// Rating.
    pub rating: Option<i16>,
    /// Published.
    pub published: bool,
    /// Extra.
    pub extra: Json,
    /// Code.
    pub code: Uuid,
    /// Summary.
    #[field(db_index)]
    pub summary: String,
    /// Weight.
    pub weight: Option<f64>,
    /// Created at.
    pub created_at: Timestamp,
    /// Opens.
    pub opens: Option<NaiveTime>,
    /// Author.
    #[field(on_delete = "cascade")]
    pub author: ForeignKey<Author>,
    /// Editor.
    #[field(on_delete = "set_null", related_name = "book_editor_set")]
    pub editor: Option<ForeignKey<Author>>,
    /// Sequel.
    #[field(on_delete = "set_null")]
    pub sequel: Option<ForeignKey<Book>>,
}

/// A row of `shelf_book_readers`.
#[nuages::model(app = "shelf", db_table = "shelf_book_readers", unique_together = [["book", "user"]])]
pub struct BookReaders {
    /// Book.
    #[field(on_delete = "cascade")]
    pub book: ForeignKey<Book>,
    /// User.
    #[field(on_delete = "cascade")]
    pub user: ForeignKey<User>,
}

/// A row of `shelf_book_tags`.
#[nuages::model(app = "shelf", db_table = "shelf_book_tags", unique_together = [["book", "tag"]])]
pub struct BookTags {
    /// Book.
    #[field(on_delete = "cascade")]
    pub book: ForeignKey<Book>,
    /// Tag.
    #[field(on_delete = "cascade", key = String)]
    pub tag: ForeignKey<Tag>,
}

/// A row of `shelf_notice`.
#[nuages::model(app = "shelf")]
pub struct Notice {
    /// Text.
    pub text: String,
}

/// A row of `shelf_tag`.
#[nuages::model(app = "shelf")]
pub struct Tag {
    /// Code.
    #[field(primary_key, max_length = 20)]
    pub code: String,
    /// Name.
    #[field(max_length = 50)]
    pub name: String,
}

/// The app.
pub const APP: AppConfig = AppConfig {
    label: "shelf",
    verbose_name: "Shelf",
    models: &[
        Author::meta,
        Book::meta,
        BookReaders::meta,
        BookTags::meta,
        Notice::meta,
        Tag::meta,
    ],
    migrations: nuages::migrations!("shelf"),
};
