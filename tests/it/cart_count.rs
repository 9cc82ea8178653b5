//! The number of pieces in the header costs visitors without a cart no query.

use crate::support::{Client, Kind, TestSite, product};

const PAGES: [&str; 3] = ["/", "/products/", "/products/lamp/"];

fn queries(client: &Client) -> [usize; 3] {
    PAGES.map(|page| client.get(page).queries())
}

fn only_a_cart_costs_a_query(kind: Kind) {
    let site = TestSite::with_settings(kind, &[("DEBUG", "1")]);
    product("Lamp").save(&mut site.connect());
    let visitor = site.client();
    let without = queries(&visitor);

    let added = visitor.post("/cart/add/", &[("product", "1"), ("quantity", "2")]);
    assert_eq!(added.status, 302, "{}", added.words());
    assert_eq!(
        queries(&visitor),
        without.map(|count| count + 1),
        "the session with the cart is read once"
    );
    assert!(visitor.get("/").words().contains("Cart 2"));
    assert_eq!(queries(&site.client()), without, "another visitor");
}

on_both!(only_a_cart_costs_a_query);
