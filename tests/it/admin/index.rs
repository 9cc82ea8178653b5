//! `/admin/`: the models that each user sees.

use crate::shop::INSTALLED;
use crate::shop::catalog::models::{Category, Tag};
use crate::shop::orders::models::Order;
use nuages::admin::{AdminSite, AppAdmin};
use nuages::auth::User;

use crate::admin::shop;
use crate::support::{ALICE, BOB, CHARLIE, Kind};

const LOGIN: &str = "/admin/login/";

fn staff_logs_in_and_others_do_not(kind: Kind) {
    let site = shop(kind);
    let bob = site.client();
    let reply = bob.get("/admin/catalog/product/?q=1");
    assert_eq!(
        reply.header("location"),
        "/admin/login/?next=/admin/catalog/product/%3Fq%3D1"
    );
    let form = bob.form("/admin/login/?next=/admin/catalog/", "username");
    let wrong = bob.submit(
        &form
            .clone()
            .set("username", "charlie")
            .set("password", CHARLIE.password),
        "",
    );
    assert!(
        wrong.status == 200 && wrong.words().contains("staff account"),
        "{}",
        wrong.words()
    );
    let reply = bob.submit(
        &form.set("username", "bob").set("password", BOB.password),
        "",
    );
    assert_eq!(reply.header("location"), "/admin/catalog/");
    assert_eq!(
        bob.follow(&reply).status,
        404,
        "nothing of the catalog is his"
    );
    assert!(bob.get("/").links().contains(&"/admin/".to_owned()));
    assert!(
        !CHARLIE
            .browser(&site)
            .get("/")
            .links()
            .contains(&"/admin/".to_owned())
    );
    for visitor in [site.client(), CHARLIE.browser(&site)] {
        assert!(visitor.get("/admin/").header("location").starts_with(LOGIN));
    }
}

fn logging_out_redirects_to_next_on_this_site(kind: Kind) {
    let site = shop(kind);
    for (next, lands) in [
        ("/products/", "/products/"),
        ("//evil.example", ""),
        ("/admin/logout/", ""),
        ("", ""),
    ] {
        let alice = ALICE.browser(&site);
        let reply = alice.post("/admin/logout/", &[("next", next)]);
        assert_eq!(
            (reply.header("location"), reply.status == 200),
            (lands, lands.is_empty()),
            "{next}"
        );
        assert!(
            alice.get("/admin/").header("location").starts_with(LOGIN),
            "{next}"
        );
    }
}

fn an_address_has_at_most_a_thousand_parameters(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    for path in ["/products/", "/admin/catalog/product/", LOGIN] {
        let ask = |many: usize| {
            alice
                .get(&format!("{path}?{}", vec!["e=1"; many].join("&")))
                .status
        };
        assert!(ask(1000) != 400 && ask(1001) == 400, "{path}");
    }
}

fn the_index_lists_only_permitted_models(kind: Kind) {
    let site = shop(kind);
    let bob = BOB.browser(&site);
    assert!(
        bob.get("/admin/")
            .links()
            .iter()
            .all(|link| !link.starts_with("/admin/catalog/"))
    );
    BOB.may(&site, &["view_product", "add_tag"]);
    let links = bob.get("/admin/").links();
    let has = |link: &str| links.iter().any(|known| known == link);
    assert!(
        has("/admin/catalog/product/") && has("/admin/catalog/tag/add/"),
        "{links:?}"
    );
    assert!(
        !has("/admin/catalog/product/add/") && !has("/admin/catalog/category/"),
        "{links:?}"
    );
    let all = ALICE.browser(&site).get("/admin/");
    assert!(all.shows(&[
        "/admin/catalog/product/add/",
        "/admin/auth/user/",
        "/admin/orders/order/"
    ]));
    // On PostgreSQL each of the four tiles has a transaction with a time limit of its own.
    assert!(all.queries() <= 30, "{}", all.header("server-timing"));
}

on_both!(
    staff_logs_in_and_others_do_not,
    logging_out_redirects_to_next_on_this_site,
    an_address_has_at_most_a_thousand_parameters,
    the_index_lists_only_permitted_models
);

#[test]
fn apps_have_djangos_order_by_default() {
    let site = AdminSite::new(&INSTALLED)
        .register::<Tag>(|it| it)
        .register::<Order>(|it| it)
        .register::<User>(|it| it)
        .register::<Category>(|it| it);
    let labels = |site: &AdminSite| site.apps().iter().map(|app| app.label).collect::<Vec<_>>();
    assert_eq!(labels(&site), ["auth", "catalog", "orders"]);
    let catalog = &site.apps()[1];
    let models: Vec<_> = site
        .models_of(catalog)
        .map(|known| known.model.name.as_str())
        .collect();
    assert_eq!((models, catalog.icon), (vec!["category", "tag"], ""));
    let said = [
        AppAdmin::new("orders").order(2),
        AppAdmin::new("catalog").order(9).icon("box"),
    ];
    let site = said.into_iter().fold(site, AdminSite::app);
    assert_eq!(
        (labels(&site), site.apps()[1].icon),
        (vec!["orders", "catalog", "auth"], "box")
    );
    let site = site.app(
        AppAdmin::new("catalog")
            .order(1)
            .link("Report", "/admin/report/", "book"),
    );
    assert_eq!(labels(&site), ["catalog", "orders", "auth"]);
    assert_eq!(
        (site.apps()[0].icon, site.apps()[0].links.len()),
        ("", 1),
        "what was said last counts"
    );
    let wrong = site.app(AppAdmin::new("catalogue")).check();
    assert!(
        wrong.iter().any(|found| found.id == "nuages.E106"),
        "{wrong:?}"
    );
}
