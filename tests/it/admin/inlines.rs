//! Inline rows, and concurrent saves of the same form.

use diesel::connection::SimpleConnection as _;

use crate::shop::INSTALLED;
use crate::shop::orders::models::{Order, OrderItem};
use crate::shop::schema::{
    catalog_product as product, orders_order as order_table, orders_orderitem as item,
};
use nuages::admin::options::{Cell, Fieldset, computed};
use nuages::admin::{Inline, ModelAdmin};
use nuages::models::via;
use nuages::project::Project;

use crate::admin::shop;
use crate::support::{self, ALICE, BOB, Database, Kind, Reply, TestSite};

const ORDER: &str = "/admin/orders/order/1/change/";

/// Creates an order with this number of items of one product.
fn order(site: &TestSite, items: usize) {
    let conn = &mut site.connect();
    support::product("Lamp").save(conn);
    support::product("Žluť").save(conn);
    let sql = format!(
        "INSERT INTO orders_order (id, number, email, status, note, total, created_at)
             VALUES (1, 'R1', 'a@example.com', 'paid', '', 10, '2025-01-01 00:00:00');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {items})
             INSERT INTO orders_orderitem (quantity, unit_price, order_id, product_id) SELECT i, 2.50, 1, 1 FROM n;"
    );
    conn.batch_execute(&sql).unwrap();
}

/// Returns the quantities ordered by id.
fn quantities(site: &TestSite) -> Vec<i32> {
    use crate::shop::schema::orders_orderitem::dsl::{id, orders_orderitem, quantity};
    use diesel::prelude::*;
    orders_orderitem
        .order(id)
        .select(quantity)
        .load(&mut site.connect())
        .unwrap()
}

fn rows_are_changed_added_and_deleted_in_one_save(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let alice = ALICE.browser(&site);
    let form = alice.form(ORDER, "number");
    assert_eq!(
        (
            form.value("items-TOTAL_FORMS"),
            form.value("items-INITIAL_FORMS")
        ),
        ("4".into(), "3".into())
    );
    let form = form
        .set("items-0-DELETE", "on")
        .set("items-1-quantity", "20");
    let form = form
        .set("items-3-product", "2")
        .set("items-3-quantity", "7")
        .set("items-3-unit_price", "1.5");
    assert_eq!(alice.submit(&form, "_continue").status, 302);
    assert_eq!(quantities(&site), [20, 3, 7]);
    let history = alice.get("/admin/orders/order/1/history/").words();
    for done in [
        "Added order item “7 × Žluť”",
        "Changed Quantity for order item “20 × Lamp”",
        "Deleted order item “1 × Lamp”",
    ] {
        assert!(history.contains(done), "{done}: {history}");
    }
}

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

fn one_wrong_row_prevents_the_whole_save(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(ORDER, "number")
        .set("note", "changed")
        .set("items-1-quantity", "0")
        .set("items-0-DELETE", "on");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.errors("items-1-quantity"),
        "Ensure this value is greater than or equal to 1."
    );
    assert_eq!(quantities(&site), [1, 2, 3]);
    assert_eq!(alice.form(ORDER, "number").value("note"), "");
}

fn a_row_that_another_user_changed_is_a_conflict(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let (alice, other) = (ALICE.browser(&site), ALICE.browser(&site));
    let (ours, theirs) = (alice.form(ORDER, "number"), other.form(ORDER, "number"));
    let theirs = theirs
        .set("items-0-quantity", "11")
        .set("items-1-unit_price", "9.00");
    assert_eq!(other.submit(&theirs, "_save").status, 302);
    // A change of another field of the same row is not a conflict.
    assert_eq!(
        alice
            .submit(&ours.clone().set("items-1-quantity", "12"), "_save")
            .status,
        302
    );
    assert_eq!(quantities(&site), [11, 12, 3]);
    let reply = alice.submit(&ours.set("items-0-quantity", "10"), "_save");
    assert_eq!(reply.status, 200);
    assert!(
        reply.words().contains("Someone else changed this order"),
        "{}",
        reply.words()
    );
    assert_eq!(quantities(&site), [11, 12, 3]);
    assert_eq!(
        alice.submit(&reply.form(ORDER, "number"), "_save").status,
        302
    );
    assert_eq!(quantities(&site), [10, 12, 3]);
}

fn a_deleted_row_does_not_prevent_a_save_without_the_change_permission(kind: Kind) {
    let site = shop(kind);
    order(&site, 2);
    BOB.may(&site, &["change_order", "view_order", "view_orderitem"]);
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));
    let form = bob.form(ORDER, "number").set("note", "mine");
    assert_eq!(
        alice
            .submit(
                &alice.form(ORDER, "number").set("items-1-DELETE", "on"),
                "_save"
            )
            .status,
        302
    );
    let reply = bob.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        (quantities(&site), alice.form(ORDER, "number").value("note")),
        (vec![1], "mine".into())
    );
}

fn existing_rows_are_not_saved_as_new_ones(kind: Kind) {
    let site = shop(kind);
    order(&site, 2);
    let alice = ALICE.browser(&site);
    for count in ["-1", "", "two"] {
        let reply = alice.submit(
            &alice
                .form(ORDER, "number")
                .set("items-INITIAL_FORMS", count),
            "_save",
        );
        assert!(
            reply.status == 200 && reply.words().contains("ManagementForm"),
            "{count}: {}",
            reply.words()
        );
    }
    let odd = alice.submit(
        &alice
            .form(ORDER, "number")
            .set("items-MIN_NUM_FORMS", "two"),
        "_save",
    );
    assert!(
        odd.words().contains("Missing fields: items-MIN_NUM_FORMS."),
        "{}",
        odd.words()
    );
    assert_eq!(quantities(&site), [1, 2]);
    // New rows are not treated as existing rows, or as rows of another order.
    for (name, value) in [("items-INITIAL_FORMS", "1"), ("items-0-order", "1")] {
        let form = alice
            .form("/admin/orders/order/add/", "number")
            .set("number", "R2")
            .set("email", "a@example.com");
        let form = form
            .set("items-0-product", "1")
            .set("items-0-quantity", "9")
            .set("items-0-unit_price", "1");
        let reply = alice.submit(&form.set(name, value), "_save");
        assert_eq!(
            (reply.status, quantities(&site)),
            (200, vec![1, 2]),
            "{name}: {}",
            reply.words()
        );
    }
}

fn a_row_that_is_already_deleted_is_not_deleted_again(kind: Kind) {
    let site = shop(kind);
    order(&site, 3);
    let (alice, other) = (ALICE.browser(&site), ALICE.browser(&site));
    let stale = other.form(ORDER, "number");
    assert_eq!(
        alice
            .submit(
                &alice.form(ORDER, "number").set("items-1-DELETE", "on"),
                "_save"
            )
            .status,
        302
    );
    // The values entered for the deleted row cannot be saved.
    let reply = other.submit(&stale.clone().set("items-1-quantity", "9"), "_save");
    assert!(
        reply.status == 200
            && reply
                .words()
                .contains("This order item was deleted meanwhile"),
        "{}",
        reply.words()
    );
    let reply = other.submit(
        &stale
            .set("items-1-DELETE", "on")
            .set("items-2-quantity", "9"),
        "_save",
    );
    assert_eq!(
        (reply.status, quantities(&site)),
        (302, vec![1, 9]),
        "{}",
        reply.words()
    );
    let history = alice.get("/admin/orders/order/1/history/").words();
    assert_eq!(
        history.matches("Deleted order item").count(),
        1,
        "{history}"
    );
}

fn a_new_row_cannot_choose_its_key(kind: Kind) {
    let site = shop(kind);
    order(&site, 1);
    let alice = ALICE.browser(&site);
    for path in [ORDER, "/admin/orders/order/add/"] {
        let form = alice
            .form(path, "number")
            .set("number", "R2")
            .set("email", "a@example.com");
        let at = form.value("items-INITIAL_FORMS");
        let named = |name: &str| format!("items-{at}-{name}");
        let form = form
            .set(&named("product"), "2")
            .set(&named("quantity"), "7")
            .set(&named("unit_price"), "1");
        for key in ["x", "99"] {
            let reply = alice.submit(&form.clone().set(&named("id"), key), "_save");
            assert_eq!(
                (reply.status, quantities(&site)),
                (200, vec![1]),
                "{path} {key}: {}",
                reply.words()
            );
            assert!(
                reply.words().contains("not one of the available choices"),
                "{}",
                reply.words()
            );
        }
    }
    // The primary key of an existing row is harmless.
    let form = alice
        .form(ORDER, "number")
        .set("items-1-product", "2")
        .set("items-1-quantity", "7");
    let form = form.set("items-1-unit_price", "1").set("items-1-id", "1");
    assert_eq!(
        (alice.submit(&form, "_save").status, quantities(&site)),
        (302, vec![1, 7])
    );
}

fn a_new_row_is_kept_without_the_permission_to_delete(kind: Kind) {
    let site = shop(kind);
    order(&site, 1);
    BOB.may(&site, &["change_order", "view_order", "add_orderitem"]);
    let bob = BOB.browser(&site);
    let typed = [
        ("number", "R1"),
        ("email", "a@example.com"),
        ("status", "paid"),
        ("total", "10"),
        ("created_at_0", "2025-01-01"),
        ("created_at_1", "00:00:00"),
        ("items-TOTAL_FORMS", "1"),
        ("items-INITIAL_FORMS", "0"),
        ("items-0-product", "2"),
        ("items-0-quantity", "7"),
        ("items-0-unit_price", "1"),
        ("items-0-DELETE", "on"),
        ("_save", ""),
    ];
    assert_eq!(
        (bob.post(ORDER, &typed).status, quantities(&site)),
        (302, vec![1, 7])
    );
    BOB.may(&site, &["delete_orderitem"]);
    assert_eq!(
        (bob.post(ORDER, &typed).status, quantities(&site)),
        (302, vec![1, 7])
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

fn simultaneous_saves_with_one_unique_name_create_one_row(kind: Kind) {
    let site = shop(kind);
    let browsers: Vec<_> = (0..12).map(|_| ALICE.browser(&site)).collect();
    let forms: Vec<_> = browsers
        .iter()
        .map(|browser| browser.form("/admin/catalog/tag/add/", "name"))
        .collect();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let jobs: Vec<_> = browsers
            .iter()
            .zip(forms)
            .map(|(browser, form)| {
                scope.spawn(move || {
                    browser
                        .submit(&form.set("name", "racing").set("slug", "racing"), "_save")
                        .status
                })
            })
            .collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 302).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        11,
        "{answers:?}"
    );
}

on_both!(
    rows_are_changed_added_and_deleted_in_one_save,
    a_time_that_is_now_by_default_has_an_initial_input,
    one_wrong_row_prevents_the_whole_save,
    a_row_that_another_user_changed_is_a_conflict,
    a_deleted_row_does_not_prevent_a_save_without_the_change_permission,
    existing_rows_are_not_saved_as_new_ones,
    a_row_that_is_already_deleted_is_not_deleted_again,
    a_new_row_cannot_choose_its_key,
    a_new_row_is_kept_without_the_permission_to_delete,
    a_row_is_added_without_scripts,
    many_rows_are_paged_and_only_those_shown_are_sent,
    computed_columns_are_shown_for_each_existing_row,
    a_collapsed_fieldset_is_open_if_it_has_an_error,
    simultaneous_saves_with_one_unique_name_create_one_row
);
