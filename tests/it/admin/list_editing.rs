//! `POST /admin/catalog/product/`: editing fields in the list.

use crate::shop::schema::catalog_product;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::db::Decimal;
use nuages::schema::django_admin_log;

use crate::admin::shop;
use crate::support::{ALICE, BOB, Kind, TestSite, product};

const PRODUCTS: &str = "/admin/catalog/product/";

/// Creates two products.
fn stock(site: &TestSite) {
    let conn = &mut site.connect();
    product("Ash").price("1.00").stock(1).save(conn);
    product("Birch").price("2.00").stock(2).save(conn);
}

/// Returns prices and stocks, ordered by name.
fn stored(site: &TestSite) -> Vec<(String, i32)> {
    let columns = (catalog_product::price, catalog_product::stock);
    let rows = catalog_product::table
        .order(catalog_product::name)
        .select(columns);
    let rows: Vec<(Decimal, i32)> = rows.load(&mut site.connect()).unwrap();
    rows.into_iter()
        .map(|(price, stock)| (price.round(2).to_string(), stock))
        .collect()
}

fn a_list_takes_no_more_rows_than_it_has(kind: Kind) {
    let site = shop(kind);
    stock(&site);
    let alice = ALICE.browser(&site);
    for (name, count) in [
        ("TOTAL", "3"),
        ("TOTAL", "99999"),
        ("TOTAL", "abc"),
        ("INITIAL", "-1"),
        ("INITIAL", ""),
        ("MAX_NUM", "abc"),
    ] {
        let form = alice
            .form(PRODUCTS, "form-0-stock")
            .set("form-0-stock", "11");
        let reply = alice.submit(&form.set(&format!("form-{name}_FORMS"), count), "_save");
        assert_eq!(
            (reply.status, stored(&site)[0].1),
            (200, 1),
            "{name} {count}"
        );
    }
    let form = alice
        .form(PRODUCTS, "form-0-stock")
        .set("form-0-stock", "11")
        .set("form-INITIAL_FORMS", "1");
    assert_eq!(
        (alice.submit(&form, "_save").status, stored(&site)[0].1),
        (400, 1)
    );
    let form = alice
        .form(PRODUCTS, "form-0-stock")
        .set("form-0-stock", "11");
    let first = form.value("form-0-id");
    let reply = alice.submit(&form.set("form-1-id", &first), "_save");
    assert!(
        reply.words().contains("was sent twice") && stored(&site)[0].1 == 1,
        "{}",
        reply.words()
    );
    // The form may contain fewer rows than there are.
    let form = alice
        .form(PRODUCTS, "form-0-stock")
        .set("form-0-stock", "11")
        .set("form-TOTAL_FORMS", "1.0");
    assert_eq!(
        alice
            .submit(&form.set("form-INITIAL_FORMS", "1"), "_save")
            .status,
        302
    );
    assert_eq!(stored(&site)[0].1, 11);
}

fn the_log_keeps_the_order_of_the_list(kind: Kind) {
    let site = shop(kind);
    stock(&site);
    product("Cedar").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let form = alice
        .form(PRODUCTS, "form-0-stock")
        .set("form-0-stock", "11")
        .set("form-1-price", "9.00");
    assert_eq!(
        alice
            .submit(&form.set("form-2-stock", "13"), "_save")
            .status,
        302
    );
    let entries = django_admin_log::table.order(django_admin_log::id);
    let entries = entries.select((
        django_admin_log::object_repr,
        django_admin_log::change_message,
    ));
    let entries: Vec<(String, String)> = entries.load(&mut site.connect()).unwrap();
    let entry = |name: &str, field: &str| {
        (
            name.to_owned(),
            format!(r#"[{{"changed": {{"fields": ["{field}"]}}}}]"#),
        )
    };
    assert_eq!(
        entries,
        [
            entry("Ash", "Stock"),
            entry("Birch", "Price"),
            entry("Cedar", "Stock")
        ]
    );
}

fn a_list_row_that_another_user_changed_is_a_conflict(kind: Kind) {
    let site = shop(kind);
    stock(&site);
    let (alice, other) = (ALICE.browser(&site), ALICE.browser(&site));
    let (ours, theirs) = (
        alice.form(PRODUCTS, "form-0-stock"),
        other.form(PRODUCTS, "form-0-stock"),
    );
    assert_eq!(
        other
            .submit(
                &theirs.set("form-0-stock", "11").set("form-1-price", "9.00"),
                "_save"
            )
            .status,
        302
    );
    // Changes of other fields of the same rows are not a conflict, and both are kept.
    assert_eq!(
        alice
            .submit(&ours.clone().set("form-0-price", "5.00"), "_save")
            .status,
        302
    );
    assert_eq!(
        stored(&site),
        [("5.00".to_owned(), 11), ("9.00".to_owned(), 2)]
    );
    // Changes of the same field: the page reports the conflict, and nothing is written.
    let reply = alice.submit(
        &ours.set("form-0-stock", "12").set("form-1-stock", "13"),
        "_save",
    );
    assert_eq!(reply.status, 200);
    assert!(
        !reply.errors("form-0-stock").is_empty(),
        "{}",
        reply.words()
    );
    assert_eq!(
        stored(&site),
        [("5.00".to_owned(), 11), ("9.00".to_owned(), 2)]
    );
    assert!(
        reply
            .words()
            .contains("Stock of Ash : the history’s last entry is by you, "),
        "{}",
        reply.words()
    );
    // The second save overwrites the other change, which the user has seen.
    assert_eq!(
        alice
            .submit(&reply.form(PRODUCTS, "form-0-stock"), "_save")
            .status,
        302
    );
    assert_eq!(
        stored(&site),
        [("5.00".to_owned(), 12), ("9.00".to_owned(), 13)]
    );
}

fn a_conflict_in_the_list_names_the_user_who_saved_each_row(kind: Kind) {
    let site = shop(kind);
    stock(&site);
    BOB.may(&site, &["view_product", "change_product"]);
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));
    let save = |number: usize, stock: &str| {
        let form = alice
            .form(PRODUCTS, "form-0-stock")
            .set(&format!("form-{number}-stock"), stock);
        assert_eq!(alice.submit(&form, "_save").status, 302);
    };
    let ours = bob.form(PRODUCTS, "form-0-stock");
    save(0, "11");
    let ours = ours.set("form-0-stock", "21").set("form-1-stock", "22");
    let ask = || {
        let reply = bob.submit(&ours, "_save");
        let named = reply
            .text()
            .matches("by <strong dir=\"auto\">alice</strong>, <time")
            .count();
        (reply.status, named, reply.queries())
    };
    // The first request of a session may also save its visit.
    ask();
    let (status, named, queries) = ask();
    assert_eq!((status, named), (200, 1));
    // One query reads both rows.
    save(1, "12");
    assert_eq!(ask(), (200, 2, queries));
}

on_both!(
    a_list_takes_no_more_rows_than_it_has,
    the_log_keeps_the_order_of_the_list,
    a_list_row_that_another_user_changed_is_a_conflict,
    a_conflict_in_the_list_names_the_user_who_saved_each_row
);

#[test]
fn rows_are_locked_in_the_order_of_their_keys_on_postgresql() {
    if !Kind::postgres_is_there("rows_are_locked_in_the_order_of_their_keys_on_postgresql") {
        return;
    }
    let site = shop(Kind::Postgres);
    stock(&site);
    let mut other = site.connect();
    for action in ["", "make_inactive", "delete_selected"] {
        // The first row now comes after the second.
        other
            .batch_execute("UPDATE catalog_product SET stock = stock + 1 WHERE id = 1")
            .unwrap();
        let alice = ALICE.browser(&site);
        let form = alice
            .form(PRODUCTS, "form-0-stock")
            .set("form-0-stock", "11")
            .set("form-1-stock", "12");
        other
            .batch_execute("BEGIN; SELECT 1 FROM catalog_product WHERE id = 2 FOR UPDATE")
            .unwrap();
        let saving = std::thread::spawn(move || {
            let chosen = [
                ("action", action),
                ("_selected_action", "1"),
                ("_selected_action", "2"),
                ("post", "yes"),
            ];
            if action.is_empty() {
                alice.submit(&form, "_save").status
            } else {
                alice.post(PRODUCTS, &chosen).status
            }
        });
        let waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while diesel::sql_query(waits)
            .execute(&mut site.connect())
            .unwrap()
            == 0
        {
            assert!(!saving.is_finished(), "it waits for the second row");
            std::thread::yield_now();
        }
        // A transaction that waits for the second row holds the first; a row that only refers to it
        // need not wait.
        other
            .batch_execute("SELECT 1 FROM catalog_product WHERE id = 1 FOR KEY SHARE NOWAIT")
            .unwrap();
        let first =
            other.batch_execute("SELECT 1 FROM catalog_product WHERE id = 1 FOR UPDATE NOWAIT");
        other.batch_execute("ROLLBACK").unwrap();
        assert_eq!(
            (saving.join().unwrap(), first.is_err()),
            (302, true),
            "{action}"
        );
    }
}
