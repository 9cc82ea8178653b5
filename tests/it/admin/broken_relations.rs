//! Lists that are sorted or searched by a column of a related row, with rows whose foreign key refers
//! to no row. PostgreSQL prevents such rows.

use crate::shop::INSTALLED;
use crate::shop::catalog::models::Product;
use crate::shop::schema::{catalog_category as category, catalog_product as catalog};
use diesel::connection::SimpleConnection as _;
use nuages::admin::AdminSite;
use nuages::models::via;
use nuages::project::Project;

use crate::support::{ALICE, Client, Database, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";
/// The list, sorted by the category.
const BY_CATEGORY: &str = "?o=2";
const BY_CATEGORY_DESCENDING: &str = "?o=-2";

fn register(site: AdminSite) -> AdminSite {
    site.register::<Product>(|it| {
        it.list_display((catalog::name, catalog::category_id))
            .search_fields((catalog::name, via(catalog::category_id, category::name)))
            .list_per_page(2)
    })
}

/// Creates a shop with five products on three pages, of which the second and the fourth refer to no
/// category.
fn damaged_shop() -> (TestSite, Client) {
    static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, register);
    let database = Database::migrated(Kind::Sqlite);
    let conn = &mut database.connect();
    ALICE.save(conn);
    for (number, category) in [
        (1, "Zoo"),
        (2, "Zoo"),
        (3, "Attic"),
        (4, "Attic"),
        (5, "Kitchen"),
    ] {
        product(&format!("Lamp {number}"))
            .category(category)
            .save(conn);
    }
    conn.batch_execute(
        "PRAGMA foreign_keys = OFF; UPDATE catalog_product SET category_id = 'none' WHERE id = 2; \
         UPDATE catalog_product SET category_id = 9999 WHERE id = 4",
    )
    .unwrap();
    let site = TestSite::for_project(database, &[], &PROJECT);
    let alice = ALICE.browser(&site);
    (site, alice)
}

/// Returns the numbers of the products in the list, in their order.
fn listed(client: &Client, query: &str) -> Vec<u32> {
    let reply = client.get(&format!("{PRODUCTS}{query}"));
    assert_eq!(
        reply.status,
        200,
        "the list with {query:?}: {}",
        reply.words()
    );
    let mut numbers: Vec<u32> = Vec::new();
    for link in reply.links() {
        let number = link
            .strip_prefix(PRODUCTS)
            .and_then(|rest| rest.split_once("/change/"))
            .and_then(|(number, _)| number.parse().ok());
        if let Some(number) = number.filter(|number| !numbers.contains(number)) {
            numbers.push(number);
        }
    }
    numbers
}

/// Returns the products of all pages of the list.
fn on_all_pages(client: &Client, query: &str) -> Vec<u32> {
    let pages = (1..=3).map(|page| listed(client, &format!("{query}&p={page}")));
    pages.collect::<Vec<_>>().concat()
}

#[test]
fn a_list_sorted_by_a_related_row_shows_rows_without_one_last() {
    let (_site, alice) = damaged_shop();
    for (query, whole) in [
        (BY_CATEGORY, [3, 5, 1]),
        (BY_CATEGORY_DESCENDING, [1, 5, 3]),
    ] {
        for rows in [
            on_all_pages(&alice, query),
            listed(&alice, &format!("{query}&all=")),
            on_all_pages(&alice, &format!("{query}&q=Lamp")),
        ] {
            assert_eq!(
                (&rows[..3.min(rows.len())], rows.len()),
                (&whole[..], 5),
                "{query}: the products by their categories, then those without one: {rows:?}"
            );
        }
    }
}

#[test]
fn a_search_finds_rows_whose_related_row_does_not_exist() {
    let (_site, alice) = damaged_shop();
    let mut found = on_all_pages(&alice, "?q=Lamp");
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3, 4, 5], "products whose own name matches");
    assert_eq!(
        listed(&alice, "?q=Zoo"),
        [1],
        "products whose category matches"
    );
}

#[test]
fn a_row_without_its_related_row_is_repaired_from_a_sorted_list() {
    let (_site, alice) = damaged_shop();
    let url = format!("{PRODUCTS}2/change/");
    let form = alice.form(&url, "name").set("category", "1");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    // The message about the saved product links to it.
    alice.follow(&reply);
    let rows = on_all_pages(&alice, BY_CATEGORY);
    assert_eq!(
        (rows.last(), rows.len()),
        (Some(&4), 5),
        "the repaired product is among the others, and the other broken one is last: {rows:?}"
    );
}
