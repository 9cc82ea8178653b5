//! `/admin/doc/models/`

use crate::admin::shop;
use crate::support::{ALICE, BOB, Kind};

fn models_are_documented_for_users_with_a_permission(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    assert!(
        alice
            .get("/admin/")
            .links()
            .contains(&"/admin/doc/models/".to_owned())
    );
    let page = alice.get("/admin/doc/models/catalog.product/");
    for text in [
        "table catalog_product",
        "decimal (10, 2)",
        "orders.OrderItem.product (protect) as order_items",
    ] {
        assert!(page.words().contains(text), "{text}: {}", page.words());
    }
    assert!(
        page.links()
            .contains(&"/admin/doc/models/catalog.category/".to_owned())
    );
    BOB.may(&site, &["view_product"]);
    let bob = BOB.browser(&site);
    let links = bob.get("/admin/doc/models/").links();
    let documented: Vec<_> = links
        .iter()
        .filter(|link| link.starts_with("/admin/doc/models/c"))
        .collect();
    assert_eq!(documented, ["/admin/doc/models/catalog.product/"]);
    assert!(
        !bob.get("/admin/doc/models/catalog.product/")
            .links()
            .contains(&"/admin/doc/models/catalog.tag/".to_owned())
    );
    for path in ["catalog.tag", "auth.user", "nosuch.model", "x"] {
        assert_eq!(
            bob.get(&format!("/admin/doc/models/{path}/")).status,
            404,
            "{path}"
        );
    }
}

on_both!(models_are_documented_for_users_with_a_permission);
