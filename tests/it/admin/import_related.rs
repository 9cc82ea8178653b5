//! Columns of the rows that foreign keys refer to, in exported files that are imported again.

use diesel::connection::SimpleConnection as _;

use super::import_export::{shows, upload_to};
use super::shop;
use crate::support::{ALICE, BOB, Client, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

fn furniture(kind: Kind) -> TestSite {
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").category("Light").save(conn);
    product("Chair").category("Seats").save(conn);
    product("Stool").category("Seats").save(conn);
    conn.batch_execute("UPDATE catalog_category SET description = ''")
        .unwrap();
    site
}

/// Exports these columns as CSV.
fn exported(client: &Client, columns: &str) -> String {
    let file = client.get(&format!("{PRODUCTS}export/?format=csv&columns={columns}"));
    assert_eq!(file.status, 200, "{}", file.text());
    file.text()
}

/// Uploads a file, and returns the page of its check.
fn checked(client: &Client, content: &str) -> String {
    let reply = upload_to(client, PRODUCTS, content, "id", "both");
    assert_eq!(reply.status, 302, "{}", reply.text());
    client.get(reply.header("location")).text()
}

fn an_export_with_related_columns_is_unchanged_when_it_is_imported(kind: Kind) {
    let site = furniture(kind);
    let client = ALICE.browser(&site);
    for columns in [
        "id,category,category__slug,name",
        "id,category__name,category__slug,category__id,category__description",
        "id,category__description,stock",
        "id,category__parent,stock",
        "id,category,category__parent,category__description",
    ] {
        let page = checked(&client, &exported(&client, columns));
        assert!(shows(&page, [0, 0, 3, 0]), "{columns}: {page}");
    }
}

fn related_columns_must_belong_to_one_row(kind: Kind) {
    let site = furniture(kind);
    let client = ALICE.browser(&site);
    let file = exported(&client, "id,category__slug,category__name");
    assert!(file.contains("light,Light"), "{file}");

    let moved = file.replace("light,Light", "seats,Seats");
    assert!(shows(&checked(&client, &moved), [0, 1, 2, 0]), "{moved}");

    let torn = file.replace("light,Light", "light,Seats");
    let page = checked(&client, &torn);
    assert!(shows(&page, [0, 0, 2, 1]), "{page}");
    assert!(
        page.contains("The columns of the file belong to different rows."),
        "{page}"
    );
}

fn columns_of_rows_that_the_user_may_not_view_are_left_out(kind: Kind) {
    let site = furniture(kind);
    BOB.may(&site, &["view_product"]);
    let client = BOB.browser(&site);
    let form = client.get(&format!("{PRODUCTS}export/"));
    assert!(
        form.shows(&["value=\"category\""]) && !form.text().contains("category__name"),
        "{}",
        form.text()
    );

    let file = client.get(&format!(
        "{PRODUCTS}export/?format=csv&columns=name,category__name"
    ));

    assert_eq!(file.status, 400, "{}", file.text());
}

on_both!(
    an_export_with_related_columns_is_unchanged_when_it_is_imported,
    related_columns_must_belong_to_one_row,
    columns_of_rows_that_the_user_may_not_view_are_left_out
);
