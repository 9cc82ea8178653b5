//! Models that `#[nuages::model]` declares: their tables, rows, descriptions and joins.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Limits, Value};
use nuages::models::{FieldKind, Query};
use nuages::prelude::*;
use nuages::schema::auth_user;
use nuages::settings::DatabaseUrl;

/// A writer.
#[nuages::model(app = "press", verbose_name = "writer")]
pub struct Author {
    #[field(max_length = 100)]
    pub name: String,
    #[field(on_delete = "set_null")]
    pub account: Option<ForeignKey<User>>,
}

/// Published texts.
#[nuages::model(
    app = "press",
    ordering = ["-published_on", "title"],
    unique_together = ["author", "slug"],
    indexes = ["status"]
)]
pub struct Article {
    #[field(max_length = 200)]
    pub title: String,
    #[field(slug)]
    pub slug: String,
    #[field(choices = ["draft", "live"], default = "draft", max_length = 10)]
    pub status: String,
    #[field(max_digits = 6, decimal_places = 2, min = 1)]
    pub price: Decimal,
    #[field(positive, default = 3)]
    pub stock: i32,
    pub published_on: Option<NaiveDate>,
    #[field(db_column = "long_text", blank)]
    pub body: String,
    #[field(on_delete = "protect", related_name = "articles", join = press_author)]
    pub author: ForeignKey<Author>,
    #[field(blank, related_name = "readings")]
    pub readers: ManyToMany<User>,
}

/// A place, with a key of its own.
#[nuages::model(app = "press", db_table = "places")]
pub struct Place {
    #[field(primary_key, max_length = 8)]
    pub code: String,
}

#[test]
fn a_declaration_says_what_a_description_says() {
    let article = Article::meta();

    assert_eq!(article.object_label(), "press.Article");
    assert_eq!(article.table, "press_article");
    let columns: Vec<&str> = article.fields.iter().map(|field| field.column).collect();
    let expected = [
        "id",
        "title",
        "slug",
        "status",
        "price",
        "stock",
        "published_on",
        "long_text",
        "author_id",
    ];
    assert_eq!(
        columns, expected,
        "columns come in the order of the declaration"
    );

    let kind = |name: &str| article.field(name).unwrap().kind;
    assert_eq!(kind("title"), FieldKind::Char(200));
    assert_eq!(kind("slug"), FieldKind::Slug(50));
    assert_eq!(kind("price"), FieldKind::Decimal(6, 2));
    assert_eq!(kind("stock"), FieldKind::PositiveInteger);
    assert_eq!(kind("author"), FieldKind::ForeignKey);
    assert!(
        article.field("published_on").unwrap().null,
        "an Option may be NULL"
    );
    let default = article.field("status").unwrap().default.unwrap();
    assert_eq!(default(), Value::from("draft".to_owned()));
    assert_eq!(article.unique_together, [["author_id", "slug"]]);
    assert_eq!(article.field("body").unwrap().column, "long_text");
}

#[test]
fn names_for_people_and_tables_can_be_given() {
    assert_eq!(Author::meta().verbose_name, "writer");
    assert_eq!(Author::meta().verbose_name_plural, "writers");
    assert_eq!(Place::meta().table, "places");
    assert_eq!(Place::meta().pk().column, "code");
}

#[test]
fn a_many_to_many_field_has_a_table_of_its_own() {
    let readers = &Article::meta().many[0];

    assert_eq!(readers.through(), "press_article_readers");
    assert_eq!(
        (readers.from_column, readers.to_column),
        ("article_id", "user_id")
    );
}

#[test]
fn rows_are_written_read_and_joined_with_plain_diesel() {
    let mut conn = Conn::open(&DatabaseUrl::Sqlite(":memory:".into()), Limits::NONE).unwrap();
    conn.batch_execute(
        "CREATE TABLE auth_user (id integer PRIMARY KEY, username text);
         INSERT INTO auth_user VALUES (7, 'ann');
         CREATE TABLE press_author (id integer PRIMARY KEY, name text, account_id integer);
         CREATE TABLE press_article (id integer PRIMARY KEY, title text, slug text, status text,
             price decimal, stock integer, published_on date, long_text text, author_id bigint);",
    )
    .unwrap();
    let ann = Author {
        id: 1,
        name: "Ann".to_owned(),
        account_id: Some(7),
    };
    let article = Article {
        id: 5,
        title: "Rain".to_owned(),
        slug: "rain".to_owned(),
        status: "live".to_owned(),
        price: Decimal::new(250, 2),
        stock: 3,
        published_on: None,
        long_text: String::new(),
        author_id: 1,
    };

    nuages::on_conn!(&mut conn, |c| diesel::insert_into(press_author::table)
        .values(&ann)
        .execute(c))
    .unwrap();
    nuages::on_conn!(&mut conn, |c| diesel::insert_into(press_article::table)
        .values(&article)
        .execute(c))
    .unwrap();

    let titles: Vec<(String, String)> = press_article::table
        .inner_join(press_author::table)
        .select((press_article::title, press_author::name))
        .load(&mut conn)
        .unwrap();
    assert_eq!(titles, [("Rain".to_owned(), "Ann".to_owned())]);
    let accounts: Vec<(String, String)> = press_author::table
        .inner_join(auth_user::table)
        .select((press_author::name, auth_user::username))
        .load(&mut conn)
        .unwrap();
    assert_eq!(
        accounts,
        [("Ann".to_owned(), "ann".to_owned())],
        "a join with auth_user"
    );
    assert_eq!(Query::new(Article::meta()).count(&mut conn).unwrap(), 1);
    let read: Article = press_article::table.first(&mut conn).unwrap();
    assert_eq!((read.id, read.price), (5, Decimal::new(250, 2)));
}
