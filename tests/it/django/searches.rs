//! Searches of the shop, whose indexes have the rows of every program that writes.

use diesel::connection::SimpleConnection as _;

use super::project::Django;
use crate::support::{ALICE, Client, Database, Kind, TestSite};

/// Pages that search products and orders; the text of a search follows the path.
const PAGES: [&str; 8] = [
    "/admin/catalog/product/?q=",
    "/admin/orders/order/?q=",
    "/admin/search/?q=",
    "/admin/autocomplete/?app_label=orders&model_name=orderitem&field_name=product&term=",
    "/products/?q=",
    "/api/catalog/product/?search=",
    "/api/orders/order/?search=",
    "/api/shop/products/?search=",
];

/// Texts with umlauts, parts of words, several words, and letters with a meaning in patterns and queries.
const TEXTS: [&str; 20] = [
    "ÄRZTE",
    "ärztel",
    "königstrasse",
    "KÖNIGSTRAßE",
    "zürich",
    "ZÜRICH ÄRZTE",
    "lamp",
    "amp oak",
    "100%",
    "oak_wood",
    "oak-wood",
    "\"quoted\"",
    "öffnet schirm",
    "forgotten",
    "gone",
    "sku-001",
    "R000000002",
    "JÜRGEN.GROß@",
    "anna",
    "bella example",
];

/// Everything that a search can find.
const NAMES: [&str; 10] = [
    "Ärztelampe",
    "Oak lamp",
    "Forgotten",
    "Gone lamp",
    "Zürich bell",
    "Großer Schirm",
    "By SQL, ärztlich",
    "R000000001",
    "R000000002",
    "R000000003",
];

/// Returns the names on each page for each text.
fn names_found(alice: &Client) -> Vec<(String, Vec<&'static str>)> {
    let mut all = Vec::new();
    for page in PAGES {
        for text in TEXTS {
            let quoted: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
            let url = format!("{page}{quoted}");
            let reply = alice.get(&url);
            assert_eq!(reply.status, 200, "{url}: {}", reply.words());
            // The text itself is on the page as well.
            let shown = if page.starts_with("/api") || page.contains("autocomplete") {
                reply.text()
            } else {
                reply.words().replace(text, "")
            };
            let names = NAMES.into_iter().filter(|name| shown.contains(name));
            all.push((format!("{page}{text}"), names.collect()));
        }
    }
    all
}

fn searches_find_what_django_wrote_as_without_an_index(kind: Kind, django: &Django) {
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    let settings = [("LIST_COUNT_LIMIT", "2")];
    let site = TestSite::with(database, &settings, crate::shop::urls);
    let alice = ALICE.browser(&site);
    let empty = names_found(&alice);
    assert!(empty.iter().all(|(_, names)| names.is_empty()), "{empty:?}");

    django.shell(&site.database, include_str!("searches.py"));
    let conn = &mut site.connect();
    conn.batch_execute(
        "INSERT INTO catalog_product (name, slug, sku, description, price, stock, is_active, image, created_at, updated_at,
            category_id)
        VALUES ('By SQL, ärztlich', 'by-sql', 'X-1', 'Lampenöl', 1, 1, TRUE, '', '2026-01-01 00:00:00',
            '2026-01-01 00:00:00', 1)",
    )
    .unwrap();
    let with_index = names_found(&alice);
    let of = |search: &str| {
        let found = with_index.iter().find(|(of, _)| of == search);
        found.unwrap().1.clone()
    };
    let doctors = ["Ärztelampe", "Zürich bell"];
    assert_eq!(of("/products/?q=ÄRZTE"), doctors);
    assert_eq!(of("/admin/catalog/product/?q=ÄRZTE"), doctors);
    assert_eq!(of("/admin/search/?q=öffnet schirm"), ["Großer Schirm"]);
    assert_eq!(
        of("/api/shop/products/?search=lamp"),
        ["Ärztelampe", "Oak lamp", "By SQL, ärztlich"]
    );
    assert_eq!(of("/api/orders/order/?search=anna"), ["R000000002"]);
    assert_eq!(
        of("/admin/orders/order/?q=JÜRGEN.GROß@"),
        ["R000000001"],
        "an e-mail address with umlauts"
    );
    assert!(of("/admin/catalog/product/?q=forgotten").is_empty());
    assert!(of("/admin/catalog/product/?q=gone").is_empty());

    // Without a trigger, or without the index, the tables themselves are searched.
    let drop = match kind {
        Kind::Sqlite => {
            "DROP TRIGGER nuages_search_catalog_product_update; DROP TRIGGER nuages_search_orders_order_update"
        }
        Kind::Postgres => {
            "DROP INDEX nuages_search_catalog_product; DROP INDEX nuages_search_orders_order"
        }
    };
    conn.batch_execute(drop).unwrap();
    assert_eq!(names_found(&alice), with_index, "without the index");
}

with_django!(searches_find_what_django_wrote_as_without_an_index);
