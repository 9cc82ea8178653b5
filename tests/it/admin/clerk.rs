//! What permissions let a clerk do, page by page.

use crate::admin::shop;
use crate::support::{BOB, Client, product};

/// The answers to asking for the list, the form, the add form, the question before deleting, and the history.
fn answers(client: &Client) -> [u16; 5] {
    let pages = ["", "1/change/", "add/", "1/delete/", "1/history/"];
    pages.map(|page| client.get(&format!("/admin/catalog/product/{page}")).status)
}

on_both! {
    fn each_permission_opens_its_pages(kind: Kind) {
        let site = shop(kind);
        product("Whistler").save(&mut site.connect());
        let bob = BOB.browser(&site);
        assert_eq!(answers(&bob), [403; 5]);
        BOB.may(&site, &["view_product"]);
        assert_eq!(answers(&bob), [200, 200, 403, 403, 200]);
        let page = bob.get("/admin/catalog/product/1/change/");
        assert!(page.words().contains("Whistler") && !page.shows(&["name=\"_save\""]) && !page.shows(&["name=\"price\""]));
        BOB.may(&site, &["add_product"]);
        assert_eq!(answers(&bob), [200, 200, 200, 403, 200]);
        BOB.may(&site, &["delete_product"]);
        assert_eq!(answers(&bob), [200, 200, 200, 200, 200]);
    }

    fn a_post_needs_the_permission_too(kind: Kind) {
        let site = shop(kind);
        product("Whistler").save(&mut site.connect());
        let bob = BOB.browser(&site);
        BOB.may(&site, &["view_product"]);
        for (page, fields) in [
            ("1/change/", &[("name", "Mine"), ("_save", "")][..]),
            ("add/", &[("name", "Mine"), ("_save", "")]),
            ("1/delete/", &[("post", "yes")]),
        ] {
            assert_eq!(bob.post(&format!("/admin/catalog/product/{page}"), fields).status, 403, "{page}");
        }
        let list = [("action", "delete_selected"), ("_selected_action", "1"), ("post", "yes")];
        bob.post("/admin/catalog/product/", &list);
        assert!(bob.get("/admin/catalog/product/").words().contains("Whistler"));
    }
}
