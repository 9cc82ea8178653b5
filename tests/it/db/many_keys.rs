//! Queries with more keys than a statement can bind: 32,766 on SQLite, and 65,535 on PostgreSQL.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Value};
use nuages::models::{Model as _, Query};

use crate::shop::catalog::models::{Product, Tag};
use crate::support::{Database, Kind, product};

/// More keys than both databases bind in one statement.
const MANY: i64 = 66_000;
const LAST: i64 = 1_000_000 + MANY;

/// Inserts a product that has [`MANY`] tags.
fn tagged(conn: &mut Conn) -> Product {
    let lamp = product("Lamp").save(conn);
    conn.batch_execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1000001 UNION ALL SELECT i + 1 FROM n WHERE i < {LAST})
         INSERT INTO catalog_tag (id, name, slug) SELECT i, 'Tag ' || i, 't-' || i FROM n;
         INSERT INTO catalog_product_tags (product_id, tag_id)
         SELECT {}, id FROM catalog_tag WHERE id > 1000000;",
        lamp.id
    ))
    .unwrap();
    lamp
}

fn rows_are_found_by_any_number_of_keys(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    tagged(conn);
    let tags = || Query::new(Tag::meta()).order_by(Vec::new());
    let keys: Vec<Value> = (1_000_001..=LAST + 5).map(Value::from).collect();
    let rows = tags().with_pks(keys).pks(conn).unwrap();
    assert_eq!(rows.len(), usize::try_from(MANY).unwrap(), "by numbers");

    let odd = "quote\" backslash\\ apostrophe' comma, {brace} ü";
    conn.batch_execute(&format!(
        "INSERT INTO catalog_tag (id, name, slug) VALUES (7, 'Odd', '{}')",
        odd.replace('\'', "''")
    ))
    .unwrap();
    let mut texts: Vec<Value> = (1_000_001..=LAST)
        .map(|number| Value::Text(format!("t-{number}")))
        .collect();
    texts.push(odd.into());
    let count = tags().by_key("slug").with_pks(texts).count(conn).unwrap();
    assert_eq!(count, MANY + 1, "by texts");
}

fn links_of_any_number_of_rows_are_found(kind: Kind) {
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    let lamp = tagged(conn);
    let many = Product::meta().many("tags").unwrap();
    let keys: Vec<Value> = (lamp.id..lamp.id + MANY).map(Value::from).collect();
    let links = many.linked(conn, Product::meta(), &keys).unwrap();
    assert_eq!(links.len(), usize::try_from(MANY).unwrap());
}

on_both!(
    rows_are_found_by_any_number_of_keys,
    links_of_any_number_of_rows_are_found,
);
