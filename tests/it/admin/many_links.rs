//! Rows with more links than a statement can name.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Kind as Column, Sql};

use super::shop;
use crate::support::{ALICE, Kind, TestSite, product};

/// More rows than a statement of SQLite can name. On PostgreSQL, where the limit of 65,535 would take minutes, enough for a list
/// that is bound as one value.
fn many(kind: Kind) -> i64 {
    match kind {
        Kind::Sqlite => 33_000,
        Kind::Postgres => 3_000,
    }
}

fn count(site: &TestSite, sql: &'static str) -> i64 {
    let rows = Sql::new(sql).returns(&[Column::BigInt]);
    let rows = rows.load(&mut site.connect()).unwrap();
    rows[0][0].as_i64().unwrap()
}

/// Deletes a row in the admin, and restores it.
fn delete_and_restore(site: &TestSite, list: &str, pk: i64) {
    let alice = ALICE.browser(site);
    let deleted = alice.post(&format!("{list}{pk}/delete/"), &[("post", "yes")]);
    assert_eq!(deleted.status, 302, "{}", deleted.words());

    let page = alice.get(&format!("{list}deleted/")).text();
    let end = page.find("/restore/").expect("the deleted row is listed") + "/restore/".len();
    let start = page[..end].rfind('"').unwrap() + 1;
    let restored = alice.post(&page[start..end], &[("post", "yes")]);
    assert_eq!(restored.status, 302, "{}", restored.words());
}

fn a_row_with_very_many_links_is_restored(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Lamp").save(&mut site.connect());
    let last = 1_000_000 + many(kind);
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1000001 UNION ALL SELECT i + 1 FROM n WHERE i < {last})
         INSERT INTO catalog_tag (id, name, slug) SELECT i, 'Tag ' || i, 't-' || i FROM n;
         INSERT INTO catalog_product_tags (product_id, tag_id)
         SELECT {}, id FROM catalog_tag WHERE id > 1000000;",
        lamp.id
    );
    site.connect().batch_execute(&sql).unwrap();

    delete_and_restore(&site, "/admin/catalog/product/", lamp.id);
    let links = "SELECT COUNT(*) FROM catalog_product_tags";
    assert_eq!(count(&site, links), many(kind), "all links are back");
}

on_both!(a_row_with_very_many_links_is_restored);
