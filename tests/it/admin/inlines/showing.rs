//! The page with the rows of an inline.

use nuages::admin::options::{Cell, Fieldset, computed};
use nuages::admin::{Inline, ModelAdmin};
use nuages::models::via;
use nuages::project::Project;

use super::{ORDER, order, quantities};
use crate::admin::shop;
use crate::shop::INSTALLED;
use crate::shop::orders::models::{Order, OrderItem};
use crate::shop::orders::models::{orders_order as order_table, orders_orderitem as item};
use crate::shop::schema::catalog_product as product;
use crate::support::{ALICE, Database, Kind, Reply, TestSite};

fn a_time_that_is_now_by_default_has_an_initial_input(kind: Kind) {
    let site = shop(kind);
    order(&site, 1);
    let alice = ALICE.browser(&site);
    let form = alice.form(ORDER, "number");
    assert_eq!(
        (
            form.value("initial-created_at_0"),
            form.value("initial-created_at_1")
        ),
        ("2025-01-01".into(), "00:00:00".into())
    );
    assert!(!form.has("initial-paid_at_0") && !form.has("initial-status"));
    // A form that is shown again keeps its initial values.
    let reply = alice.submit(
        &form
            .set("created_at_0", "soon")
            .set("initial-created_at_0", "2024-12-31"),
        "_save",
    );
    assert!(
        reply.status == 200 && reply.shows(&["name=\"initial-created_at_0\" value=\"2024-12-31\""])
    );
    assert!(
        alice
            .form("/admin/orders/order/add/", "number")
            .value("initial-created_at_0")
            .starts_with("20")
    );
}

fn a_row_is_added_without_scripts(kind: Kind) {
    let site = shop(kind);
    order(&site, 1);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(ORDER, "number")
        .set("note", "half done")
        .set("items-0-quantity", "x");
    let reply = alice.submit(&form, "_addrow");
    let form = reply.form(ORDER, "number");
    assert_eq!(
        (form.value("items-TOTAL_FORMS"), form.value("note")),
        ("3".into(), "half done".into())
    );
    assert_eq!(
        (
            form.value("items-0-quantity"),
            reply.errors("items-0-quantity")
        ),
        ("x".into(), String::new())
    );
    assert_eq!(quantities(&site), [1]);
}

fn many_rows_are_paged_and_only_those_shown_are_sent(kind: Kind) {
    let site = shop(kind);
    order(&site, 3_000);
    let alice = ALICE.browser(&site);
    let page = alice.get(&format!("{ORDER}?items-p=3"));
    assert!(
        page.words().contains("201–300 of 3000 order items"),
        "{}",
        page.words()
    );
    assert!(page.queries() <= 16, "{}", page.header("server-timing"));
    let form = page.form(&format!("{ORDER}?items-p=3"), "number");
    assert_eq!(
        (
            form.value("items-INITIAL_FORMS"),
            form.value("items-0-quantity")
        ),
        ("100".into(), "201".into())
    );
    // A form that is shown again, or saved with "continue", stays on this page of the rows.
    let again = alice.submit(&form.clone().set("items-0-quantity", "x"), "_save");
    assert!(
        again.words().contains("201–300 of 3000 order items"),
        "{}",
        again.words()
    );
    let reply = alice.submit(&form.set("items-0-quantity", "9999"), "_continue");
    assert_eq!(reply.header("location"), format!("{ORDER}?items-p=3"));
    let now = quantities(&site);
    assert_eq!(
        (now.len(), now[200], now[199], now[201]),
        (3_000, 9999, 200, 202)
    );
}

fn computed_columns_are_shown_for_each_existing_row(kind: Kind) {
    static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site| {
        let items = |it: ModelAdmin<OrderItem>| {
            it.fields((item::quantity, item::product_id))
                .readonly_fields((item::product_id,))
                .readonly_computed((
                    computed(
                        "sum",
                        (item::quantity, item::unit_price),
                        |[quantity, price]| Cell::Text(format!("{quantity} × {price}")),
                    ),
                    computed("see", (via(item::product_id, product::name),), |[name]| {
                        Cell::Link {
                            text: format!("See {name}"),
                            url: "javascript:1".into(),
                        }
                    }),
                ))
        };
        crate::shop::register(site)
            .unregister::<Order>()
            .register::<Order>(|it| it.inlines([Inline::tabular(items).extra(1)]))
    });
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    let site = TestSite::for_project(database, &[("DEBUG", "1")], &PROJECT);
    order(&site, 30);
    let alice = ALICE.browser(&site);
    let page = alice.get(ORDER);
    assert!(
        page.shows(&["<td data-label=\"Sum\">1 × 2.50", "30 × 2.50", "See Lamp"]),
        "{}",
        page.text()
    );
    assert!(
        !page.text().contains("javascript:1") && page.queries() <= 16,
        "{}",
        page.header("server-timing")
    );
    let again = alice.submit(
        &page.form(ORDER, "number").set("items-0-quantity", "x"),
        "_save",
    );
    assert!(
        again.shows(&["1 × 2.50", "See Lamp"]),
        "what is there is said of, not what was typed"
    );
}

fn a_collapsed_fieldset_is_open_if_it_has_an_error(kind: Kind) {
    static PROJECT: Project = Project::new("Shop", &INSTALLED, crate::shop::urls, |site| {
        crate::shop::register(site)
            .unregister::<Order>()
            .register::<Order>(|it| {
                it.fieldset(
                    "",
                    (
                        order_table::number,
                        order_table::email,
                        order_table::status,
                        order_table::total,
                    ),
                )
                .fieldset_with(
                    "More",
                    (order_table::note, order_table::paid_at),
                    Fieldset::collapse,
                )
                .inlines([Inline::tabular::<OrderItem>(|it| {
                    it.autocomplete_fields((item::product_id,))
                })
                .extra(1)])
            })
    });
    let database = Database::migrated(kind);
    ALICE.save(&mut database.connect());
    let site = TestSite::for_project(database, &[], &PROJECT);
    order(&site, 1);
    let alice = ALICE.browser(&site);
    let folded = |page: &Reply| {
        page.text()
            .split("<summary><h2>More")
            .next()
            .unwrap()
            .ends_with("<details>\n")
    };
    assert!(folded(&alice.get(ORDER)), "{}", alice.get(ORDER).text());
    let form = alice.form(ORDER, "number");
    assert!(
        folded(&alice.submit(&form.clone().set("total", "x"), "_save")),
        "nothing in it is wrong"
    );
    let page = alice.submit(&form.set("paid_at_0", "x"), "_save");
    assert!(
        !folded(&page) && page.text().contains("<details open>\n<summary><h2>More"),
        "{}",
        page.text()
    );
}

on_both!(
    a_time_that_is_now_by_default_has_an_initial_input,
    a_row_is_added_without_scripts,
    many_rows_are_paged_and_only_those_shown_are_sent,
    computed_columns_are_shown_for_each_existing_row,
    a_collapsed_fieldset_is_open_if_it_has_an_error,
);
