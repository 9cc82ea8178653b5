//! Products that each side writes, with extreme values.

use crate::shop::catalog::models::{Category, Product};
use crate::shop::schema::{catalog_category, catalog_product};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::dump::assert_same;
use crate::django::project::Django;
use crate::support::{Database, Kind};

/// Price, stock, release date, creation time, time of the last change.
type Row = (
    &'static str,
    i32,
    Option<&'static str>,
    &'static str,
    &'static str,
);

const ROWS: [Row; 8] = [
    (
        "19.90",
        0,
        Some("2026-01-31"),
        "2026-01-31T12:30:45Z",
        "2026-01-31T12:30:45.000001Z",
    ),
    (
        "1000",
        1,
        None,
        "2026-12-31T23:59:59.999999Z",
        "2026-12-31T23:59:59.100000Z",
    ),
    (
        "0.01",
        2,
        Some("1969-12-31"),
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
    ),
    (
        "99999999.99",
        i32::MAX,
        Some("9999-12-31"),
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T00:00:00Z",
    ),
    (
        "12345678.90",
        4,
        Some("0001-01-01"),
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00.000010Z",
    ),
    (
        "0.10",
        5,
        Some("2024-02-29"),
        "2024-02-29T00:00:00.123456Z",
        "2024-02-29T00:00:00.120000Z",
    ),
    (
        "1234567.07",
        6,
        None,
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
    ),
    (
        "8.00",
        7,
        None,
        "2026-11-20T08:00:00Z",
        "2026-11-20T08:00:00.5Z",
    ),
];

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Returns the products of [`ROWS`] as Nuages' structs.
fn products() -> Vec<Product> {
    let product = |(id, (price, stock, released_on, created_at, updated_at)): (i64, Row)| Product {
        id,
        name: format!("Crème brûlée 🍮 \"{id}\" & 'more' \\ %s"),
        slug: format!("creme-{id}"),
        sku: format!("CB/{id}"),
        description: "Two\r\n\tlines; \u{a0}and no more.".to_owned(),
        price: price.parse().unwrap(),
        stock,
        is_active: id % 2 == 0,
        image: if id % 3 == 0 {
            "products/crème 1.webp".to_owned()
        } else {
            String::new()
        },
        released_on: released_on.map(|day| day.parse().unwrap()),
        created_at: time(created_at).into(),
        updated_at: time(updated_at).into(),
        category_id: 1,
    };
    (1..).zip(ROWS).map(product).collect()
}

/// Returns the product as JSON with Django's values.
fn as_json(product: &Product) -> Value {
    json!({
        "id": product.id, "name": product.name, "slug": product.slug, "sku": product.sku,
        "description": product.description, "price": product.price.round(2).to_string(), "stock": product.stock,
        "is_active": product.is_active, "image": product.image,
        "released_on": product.released_on.map(|day| day.to_string()),
        "created_at": product.created_at.utc().format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(),
        "updated_at": product.updated_at.utc().format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(),
        "category_id": product.category_id,
    })
}

fn products_are_stored_alike_and_read_back_exactly(kind: Kind, django: &Django) {
    let products = products();
    let rows = Value::from(products.iter().map(as_json).collect::<Vec<_>>());
    let run = |database: &Database, act: &str| {
        let script = format!(
            "ROWS = {}\nACT = {act:?}\n{}",
            json!(rows.to_string()),
            include_str!("products.py")
        );
        django.shell(database, &script)
    };

    // Django writes, Nuages reads.
    let theirs = Database::migrated(kind);
    run(&theirs, "write");
    let read: Vec<Product> = catalog_product::table
        .order(catalog_product::id)
        .select(Product::as_select())
        .load(&mut theirs.connect())
        .unwrap();
    assert_eq!(read, products);

    // Nuages writes, Django reads.
    let ours = Database::migrated(kind);
    let conn = &mut ours.connect();
    let category = Category {
        id: 1,
        name: "Sweets".to_owned(),
        slug: "sweets".to_owned(),
        description: String::new(),
        parent_id: None,
    };
    diesel::insert_into(catalog_category::table)
        .values(category)
        .execute(conn)
        .unwrap();
    for product in products {
        diesel::insert_into(catalog_product::table)
            .values(product)
            .execute(conn)
            .unwrap();
    }
    let read: Value = serde_json::from_str(&run(&ours, "read")).unwrap();
    assert_eq!(read, rows);

    let stored = |database| django.stored(database, &["catalog_category", "catalog_product"]);
    assert_same(&stored(&theirs), &stored(&ours));
}

with_django!(products_are_stored_alike_and_read_back_exactly);
