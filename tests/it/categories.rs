//! `/categories/`

use crate::shop::schema::catalog_category;
use diesel::prelude::*;

use crate::support::{Kind, TestSite, product};

fn a_category_shows_its_products_and_those_of_the_categories_in_it(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    let outer = product("Blanket")
        .category("Home")
        .image("a.webp")
        .save(conn)
        .category_id;
    let inner = product("Lamp").category("Lighting").save(conn).category_id;
    product("Tent").category("Outdoor").save(conn);
    diesel::update(catalog_category::table.find(inner))
        .set(catalog_category::parent_id.eq(outer))
        .execute(conn)
        .unwrap();
    let client = site.client();
    let list = client.get("/categories/");
    assert!(list.shows(&["/categories/home/", "/categories/outdoor/", "/media/a.webp"]));
    assert!(!list.shows(&["/categories/lighting/"]));
    let page = client.get("/categories/home/");
    assert!(page.shows(&[
        "<h1>Home</h1>",
        "All about Home.",
        "/categories/lighting/",
        "/products/blanket/",
        "/products/lamp/"
    ]));
    assert!(!page.shows(&["/products/tent/"]));
    assert!(
        client
            .get("/categories/lighting/")
            .shows(&["/categories/home/"])
    );
    assert_eq!(client.get("/categories/nope/").status, 404);
}

on_both!(a_category_shows_its_products_and_those_of_the_categories_in_it);
