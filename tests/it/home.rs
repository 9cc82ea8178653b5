//! `/`

use crate::support::{Kind, TestSite, product};

fn the_home_page_shows_picks_news_and_categories(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    product("Halo lamp")
        .tag("Staff pick")
        .category("Lighting")
        .image("products/halo lamp.webp")
        .save(conn);
    product("Red kettle").tag("Staff pick").save(conn);
    product("Hidden chair").draft().tag("Staff pick").save(conn);
    let page = site.client().get("/");
    assert_eq!(page.status, 200);
    assert!(page.shows(&[
        "Halo lamp",
        "Red kettle",
        "/media/products/halo%20lamp.webp",
        "/categories/lighting/"
    ]));
    assert!(!page.shows(&["Hidden chair"]));
}

fn every_category_is_a_link(kind: Kind) {
    let site = TestSite::new(kind);
    let conn = &mut site.connect();
    let names: Vec<String> = (10..22).map(|number| format!("Shelf {number}")).collect();
    for name in &names {
        product(&format!("Thing of {name}"))
            .category(name)
            .save(conn);
    }
    let links = site.client().get("/").links();
    for number in 10..22 {
        let url = format!("/categories/shelf-{number}/");
        assert_eq!(
            links.iter().filter(|link| **link == url).count(),
            1,
            "{url} in {links:?}"
        );
    }
}

fn an_empty_shop_says_so(kind: Kind) {
    let page = TestSite::new(kind).client().get("/");
    assert_eq!(page.status, 200);
    assert!(page.shows(&["still empty"]));
}

fn names_are_escaped(kind: Kind) {
    let site = TestSite::new(kind);
    product("<script>alert(1)</script>")
        .category("A & <b>")
        .save(&mut site.connect());
    for path in [
        "/",
        "/products/",
        "/categories/",
        "/products/-script-alert-1---script-/",
    ] {
        let page = site.client().get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(
            !page.text().contains("<script>") && !page.text().contains("& <b>"),
            "{path}"
        );
    }
}

on_both!(
    the_home_page_shows_picks_news_and_categories,
    every_category_is_a_link,
    an_empty_shop_says_so,
    names_are_escaped
);
