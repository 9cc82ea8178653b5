//! Rows: their JSON and their `ETag`.

use diesel::prelude::*;
use nuages::db::Sql;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::{CATEGORIES, PRODUCTS, Program, json, problem, shop};
use crate::shop::schema::catalog_product;
use crate::support::{ALICE, Kind, product};

fn a_row_has_its_columns_keys_and_text(kind: Kind) {
    let site = shop(kind);
    let saved = product("Oak “table” 🐎")
        .price("129")
        .image("products/oak table.png")
        .tag("Wood")
        .tag("Big")
        .save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let row = json(&program.get(&format!("{PRODUCTS}{}/", saved.id)), 200);

    assert_eq!(row["id"], saved.id);
    assert_eq!(row["name"], "Oak “table” 🐎");
    assert_eq!(row["display"], row["name"]);
    assert_eq!(row["price"], "129.00");
    assert_eq!(row["stock"], 3);
    assert_eq!(row["is_active"], true);
    assert_eq!(row["released_on"], Json::Null);
    assert_eq!(row["category"], saved.category_id);
    assert_eq!(row["tags"], json!([1, 2]));
    assert_eq!(row["image"], "/media/products/oak%20table.png");
    let time = row["created_at"].as_str().unwrap();
    assert!(
        time.ends_with('Z') && time.contains('T'),
        "ISO 8601 in UTC, not {time}"
    );
    assert_eq!(row.as_object().unwrap().len(), 15, "the fields: {row}");

    let list = json(&program.get(PRODUCTS), 200);
    assert_eq!(list["results"], json!([row]), "a list has the same row");
}

fn an_etag_changes_with_the_row_and_its_links(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    let id = product("Lamp").tag("Red").save(conn).id;
    let program = Program::of(&site, &ALICE);
    let path = format!("{PRODUCTS}{id}/");
    let etag = || program.get(&path).header("etag").to_owned();

    let first = etag();
    assert!(first.starts_with('"'), "an ETag, not {first:?}");
    assert_eq!(etag(), first, "the same row has the same ETag");
    let again = program.send(Method::GET, &path, &[("if-none-match", &first)], b"");
    assert_eq!(
        (again.status, again.bytes.len()),
        (304, 0),
        "the client has the row already"
    );

    diesel::update(catalog_product::table)
        .set(catalog_product::stock.eq(99))
        .execute(conn)
        .unwrap();
    let second = etag();
    assert_ne!(second, first, "another value gives another ETag");
    Sql::new("DELETE FROM catalog_product_tags")
        .execute(conn)
        .unwrap();
    assert_ne!(etag(), second, "other links give another ETag");
}

fn other_spellings_of_a_key_have_no_address(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    json(&program.get(&format!("{PRODUCTS}1/")), 200);
    for key in [
        "987654",
        "abc",
        "99999999999999999999999",
        "01",
        "1.0",
        "%201",
        "1_0",
        "+1",
    ] {
        problem(&program.get(&format!("{PRODUCTS}{key}/")), 404);
        problem(&program.delete(&format!("{PRODUCTS}{key}/")), 404);
    }
    problem(&program.get(&format!("{PRODUCTS}1/?nonsense=1")), 400);
}

fn answers_are_private_and_head_is_get_without_a_body(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    for path in ["/api/", PRODUCTS, CATEGORIES, "/api/catalog/product/1/"] {
        let get = program.get(path);
        let control = get.header("cache-control");
        assert!(
            control.contains("private"),
            "{path} must be private: {control}"
        );
        let head = program.send(Method::HEAD, path, &[], b"");
        assert_eq!((head.status, head.bytes.len()), (200, 0), "HEAD {path}");
        assert_eq!(
            head.header("etag"),
            get.header("etag"),
            "the ETag of HEAD {path}"
        );
    }
    let nobody = site.client().get(PRODUCTS);
    assert_eq!(
        nobody.header("cache-control"),
        "no-store",
        "a refusal is not kept"
    );
}

fn a_cell_that_cannot_be_read_is_null(kind: Kind) {
    if kind == Kind::Postgres {
        return;
    }
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    Sql::new("UPDATE catalog_product SET price = 'cheap'")
        .execute(conn)
        .unwrap();
    let program = Program::of(&site, &ALICE);
    let row = json(&program.get("/api/catalog/product/1/"), 200);
    assert_eq!(row["price"], Json::Null);
    json(
        &program.get(&format!("{PRODUCTS}?ordering=price&page_size=1")),
        200,
    );
}

on_both!(
    a_row_has_its_columns_keys_and_text,
    an_etag_changes_with_the_row_and_its_links,
    other_spellings_of_a_key_have_no_address,
    answers_are_private_and_head_is_get_without_a_body,
    a_cell_that_cannot_be_read_is_null,
);
