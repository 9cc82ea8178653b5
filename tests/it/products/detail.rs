//! `/products/<slug>/`

use crate::support::{Kind, TestSite, product};

fn a_product_page_shows_all_details_of_the_product(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    product("Halo lamp")
        .price("27.5")
        .category("Lighting")
        .tag("Brass")
        .tag("Dimmable")
        .description("Warm light.")
        .image("products/halo.webp")
        .save(conn);
    product("Dune light").category("Lighting").save(conn);
    let page = site.client().get("/products/halo-lamp/");
    assert_eq!(page.status, 200);
    assert!(
        page.shows(&[
            "<h1>Halo lamp</h1>",
            "Lighting",
            "€30.25",
            "27.50",
            "Warm light.",
            "<li>Brass</li>",
            "<li>Dimmable</li>",
            "/media/products/halo.webp",
            "Only 3 left",
            "/products/?tag=brass",
            "/products/dune-light/",
        ]),
        "{}",
        page.text()
    );
}

fn a_sold_out_product_says_so(kind: Kind) {
    let site = TestSite::new(kind);
    product("Gone").stock(0).save(&mut site.connect());
    assert!(site.client().get("/products/gone/").shows(&["Sold out"]));
}

fn drafts_and_unknown_products_are_not_found(kind: Kind) {
    let site = TestSite::new(kind);
    product("Draft").draft().save(&mut site.connect());
    for path in [
        "/products/draft/",
        "/products/nope/",
        "/products/%00/",
        "/products/%ff%fe/",
        "/products/..%2f..%2fetc%2fpasswd/",
        "/products/a/b/",
    ] {
        assert_eq!(site.client().get(path).status, 404, "{path}");
    }
}

on_both!(
    a_product_page_shows_all_details_of_the_product,
    a_sold_out_product_says_so,
    drafts_and_unknown_products_are_not_found
);
