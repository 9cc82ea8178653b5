//! Cells of every kind that do not fit their columns, in a form and in its inline rows.

use diesel::connection::SimpleConnection as _;

use super::{SHEET, SHEETS, lab, stored};
use crate::support::{ALICE, Kind, TestSite};

const LINE: &str = "INSERT INTO lab_line (id, sheet_id, text, is_done, made_at, due_on, grade, price, code, state, scan) \
    VALUES (1, 1, 'a line', false, '2025-01-01 00:00:00', '2025-01-01', 3, 1, '00000000000000000000000000000001', 'open', '')";

/// A table, a column, its control, the column's content (as SQL), and a text that repairs it.
type Damage = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

fn damages(kind: Kind) -> Vec<Damage> {
    match kind {
        Kind::Sqlite => vec![
            ("lab_sheet", "hour", "hour", "'noon'", "12:00:00"),
            ("lab_sheet", "hour", "hour", "''", "12:00:00"),
            (
                "lab_sheet",
                "code",
                "code",
                "'xyz'",
                "00000000-0000-0000-0000-000000000002",
            ),
            (
                "lab_sheet",
                "code",
                "code",
                "7",
                "00000000-0000-0000-0000-000000000002",
            ),
            ("lab_sheet", "extra", "extra", "'{'", "{\"a\": 1}"),
            ("lab_sheet", "extra", "extra", "X'FF'", "{\"a\": 1}"),
            ("lab_sheet", "weight", "weight", "'heavy'", "1.5"),
            ("lab_sheet", "moment", "moment", "'soon'", ""),
            ("lab_sheet", "title", "title", "X'61FF'", "good"),
            (
                "lab_line",
                "code",
                "lines-0-code",
                "'xyz'",
                "00000000-0000-0000-0000-000000000002",
            ),
            (
                "lab_line",
                "due_on",
                "lines-0-due_on",
                "'2026-02-30'",
                "2026-03-01",
            ),
            ("lab_line", "due_on", "lines-0-due_on", "''", "2026-03-01"),
            ("lab_line", "grade", "lines-0-grade", "'best'", "2"),
            ("lab_line", "price", "lines-0-price", "'cheap'", "4.50"),
            ("lab_line", "text", "lines-0-text", "X'61FF'", "good"),
        ],
        Kind::Postgres => vec![
            ("lab_sheet", "price", "price", "'NaN'", "4.500"),
            ("lab_sheet", "weight", "weight", "'Infinity'", "1.5"),
            ("lab_sheet", "day", "day", "'infinity'", "2026-03-01"),
            ("lab_sheet", "moment", "moment", "'infinity'", ""),
            (
                "lab_line",
                "due_on",
                "lines-0-due_on",
                "'-infinity'",
                "2026-03-01",
            ),
            ("lab_line", "price", "lines-0-price", "'NaN'", "4.50"),
        ],
    }
}

fn cells_of_every_kind_are_shown_kept_and_repaired(kind: Kind) {
    for (table, column, control, cell, repair) in damages(kind) {
        let site = lab(kind, &[]);
        let conn = &mut site.connect();
        conn.batch_execute(LINE).unwrap();
        let alice = ALICE.browser(&site);
        conn.batch_execute(&format!("UPDATE {table} SET {column} = {cell}"))
            .unwrap();
        let what = format!("{table}.{column} holds {cell}");
        let before = stored(&site, table);
        assert!(before[0].contains("Unreadable"), "{what}: {before:?}");
        for page in [
            SHEETS,
            SHEET,
            "/admin/lab/sheet/1/history/",
            "/admin/lab/sheet/1/delete/",
        ] {
            let reply = alice.get(page);
            assert_eq!(reply.status, 200, "{page} when {what}");
        }
        let page = alice.get(SHEET);
        assert!(
            page.note(control).contains("cannot be read"),
            "the note when {what}: {}",
            page.words()
        );
        assert!(
            !page.words().contains("Please correct"),
            "nothing was sent yet when {what}"
        );

        let reply = alice.submit(&alice.form(SHEET, "title").set("body", "other"), "_save");
        assert_eq!(
            reply.status,
            302,
            "another field is saved when {what}: {}",
            reply.words()
        );
        let after = stored(&site, table);
        assert_eq!(
            after[0].replace("other", ""),
            before[0],
            "the cell is kept when {what}"
        );

        let form = alice.form(SHEET, "title");
        let form = if column == "moment" {
            form.set("moment_0", "2026-03-01")
                .set("moment_1", "10:00:00")
        } else {
            form.set(control, repair)
        };
        let reply = alice.submit(&form, "_save");
        assert_eq!(
            reply.status,
            302,
            "the field is repaired when {what}: {}",
            reply.words()
        );
        let after = stored(&site, table);
        assert!(
            !after[0].contains("Unreadable"),
            "the cell can be read after {what}: {after:?}"
        );
        assert!(
            alice.get(SHEET).note(control).is_empty(),
            "the note is gone after {what}"
        );
    }
}

on_both!(cells_of_every_kind_are_shown_kept_and_repaired);

#[test]
fn a_flag_that_is_neither_true_nor_false_is_repaired_in_its_form_on_sqlite() {
    for (table, column, control) in [
        ("lab_sheet", "is_public", "is_public"),
        ("lab_sheet", "is_known", "is_known"),
        ("lab_line", "is_done", "lines-0-is_done"),
    ] {
        for wanted in [true, false] {
            let site = lab(Kind::Sqlite, &[]);
            let conn = &mut site.connect();
            conn.batch_execute(&format!("{LINE}; UPDATE {table} SET {column} = 'yes'"))
                .unwrap();
            let alice = ALICE.browser(&site);
            let before = stored(&site, table);
            let reply = alice.submit(&alice.form(SHEET, "title").set("body", "other"), "_save");
            assert_eq!(reply.status, 302, "{column}: {}", reply.words());
            assert_eq!(
                stored(&site, table)[0].replace("other", ""),
                before[0],
                "{column} is kept"
            );
            let page = alice.get(SHEET);
            assert!(
                page.note(control).contains("“yes”"),
                "the note of {column}: {}",
                page.words()
            );

            // An unchanged box keeps the cell: to set that value the user must change the box
            // twice.
            let text = match (column, wanted) {
                ("is_known", true) => "true",
                ("is_known", false) => "false",
                (_, true) => "on",
                (_, false) => "",
            };
            let mut is_repaired = false;
            for value in [text, if wanted { "" } else { "on" }, text] {
                if column == "is_known" && value != text {
                    continue;
                }
                let form = alice.form(SHEET, "title");
                let form = if value.is_empty() {
                    form.choose(control, &[])
                } else {
                    form.set(control, value)
                };
                let reply = alice.submit(&form, "_save");
                assert_eq!(
                    reply.status,
                    302,
                    "{column} becomes {value:?}: {}",
                    reply.words()
                );
                is_repaired = stored(&site, table)[0].contains(&format!("Bool({wanted})"))
                    && !stored(&site, table)[0].contains("Unreadable");
                if is_repaired {
                    break;
                }
            }
            assert!(
                is_repaired,
                "{column} is {wanted} now: {:?}",
                stored(&site, table)
            );
        }
    }
}

#[test]
fn a_foreign_key_without_a_row_breaks_no_page_on_sqlite() {
    let site = lab(Kind::Sqlite, &[]);
    let conn = &mut site.connect();
    conn.batch_execute(&format!(
        "{LINE}; PRAGMA foreign_keys = OFF; UPDATE lab_line SET sheet_id = 'first'"
    ))
    .unwrap();
    let alice = ALICE.browser(&site);
    for page in [SHEETS, SHEET, "/admin/lab/sheet/1/delete/"] {
        assert_eq!(
            alice.get(page).status,
            200,
            "{page} when the key of a line is a text"
        );
    }
}

/// Returns the text of `SELECT sql`.
fn selected(site: &TestSite, sql: &str) -> String {
    let mut rows = nuages::db::Sql::new("SELECT ")
        .raw(Box::leak(sql.to_owned().into_boxed_str()))
        .returns(&[nuages::db::Kind::Text])
        .load(&mut site.connect())
        .unwrap();
    rows.remove(0).remove(0).to_string()
}

#[test]
fn rows_whose_foreign_keys_hold_texts_are_shown_kept_and_repaired_on_sqlite() {
    let site = crate::admin::shop(Kind::Sqlite);
    let conn = &mut site.connect();
    crate::support::product("Lamp").save(conn);
    crate::support::product("Chair").save(conn);
    conn.batch_execute(
        "PRAGMA foreign_keys = OFF; UPDATE catalog_product SET category_id = 'none' WHERE id = 1; \
         INSERT INTO orders_order (id, number, email, status, note, total, created_at, customer_id) \
             VALUES (1, 'N1', 'a@x.y', 'pending', '', 5, '2026-01-01 00:00:00', 'nobody'); \
         INSERT INTO orders_orderitem (id, quantity, unit_price, order_id, product_id) VALUES (1, 2, 3, 1, 'lost');",
    )
    .unwrap();
    let stored = |sql: &str| selected(&site, sql);
    let alice = ALICE.browser(&site);
    let (products, order) = ("/admin/catalog/product/", "/admin/orders/order/1/change/");
    let lamp = format!("{products}1/change/");

    let list = alice.get(products);
    assert!(
        list.links().contains(&lamp) && list.words().contains("2 products"),
        "the list must show the product whose category is a text: {}",
        list.words()
    );
    let form = alice.form(&lamp, "name").set("stock", "7");
    assert_eq!(
        form.value("category"),
        "none",
        "the form must show the text in the field of the category"
    );
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "another field is saved: {}",
        reply.words()
    );
    assert_eq!(
        stored("category_id || ' ' || stock FROM catalog_product WHERE id = 1"),
        "none 7",
        "the text is kept, and the other field is saved"
    );
    let reply = alice.submit(&alice.form(&lamp, "name").set("category", "1"), "_save");
    assert_eq!(
        reply.status,
        302,
        "the category is repaired: {}",
        reply.words()
    );
    assert_eq!(
        stored("typeof(category_id) FROM catalog_product WHERE id = 1"),
        "integer",
        "the type of the repaired key"
    );

    let form = alice.form(order, "note");
    assert_eq!(
        [
            "items-0-id",
            "items-0-product",
            "items-0-quantity",
            "customer"
        ]
        .map(|name| form.value(name)),
        ["1", "lost", "2", "nobody"],
        "the form must show the item whose product is a text: {}",
        alice.get(order).words()
    );
    let reply = alice.submit(&form.set("note", "Careful"), "_save");
    assert_eq!(
        reply.status,
        302,
        "another field is saved: {}",
        reply.words()
    );
    assert_eq!(
        stored("product_id || ' ' || customer_id FROM orders_orderitem, orders_order"),
        "lost nobody",
        "the texts are kept"
    );
    let form = alice
        .form(order, "note")
        .set("items-0-product", "2")
        .set("customer", "");
    let reply = alice.submit(&form, "_save");
    assert_eq!(
        reply.status,
        302,
        "both keys are repaired: {}",
        reply.words()
    );
    assert_eq!(
        stored("product_id FROM orders_orderitem WHERE id = 1"),
        "2",
        "the repaired key of the item"
    );
    for page in ["history/", "delete/"] {
        let url = format!("/admin/orders/order/1/{page}");
        assert_eq!(alice.get(&url).status, 200, "{url}");
    }
}

#[test]
fn damaged_rows_of_the_shop_are_listed_previewed_and_dumped_on_sqlite() {
    let site = crate::admin::shop(Kind::Sqlite);
    let conn = &mut site.connect();
    crate::support::product("Lamp").save(conn);
    conn.batch_execute(
        "PRAGMA foreign_keys = OFF; UPDATE catalog_product SET released_on = 'soon', price = 'cheap', category_id = 'none'; \
         INSERT INTO orders_order (id, number, email, status, note, total, created_at, customer_id) \
             VALUES (1, 'N1', 'a@x.y', 'new', '', 'much', 'then', 'nobody'); \
         INSERT INTO orders_orderitem (id, quantity, unit_price, order_id, product_id) VALUES (1, 'few', 'low', 1, 1);",
    )
    .unwrap();
    let alice = ALICE.browser(&site);
    for page in [
        "/admin/catalog/product/",
        "/admin/catalog/product/1/change/",
        "/admin/catalog/product/1/delete/",
        "/admin/catalog/product/1/history/",
        "/admin/catalog/category/1/delete/",
        "/admin/orders/order/",
        "/admin/orders/order/?o=5",
        "/admin/orders/order/?created_at__year=2024",
        "/admin/orders/order/1/change/",
        "/admin/orders/order/1/delete/",
        "/admin/",
    ] {
        assert_eq!(alice.get(page).status, 200, "{page}");
    }
    let done = site.database.nuages(&["dumpdata", "orders"]);
    assert!(
        done.status.success() && String::from_utf8_lossy(&done.stdout).contains("much"),
        "{done:?}"
    );
}
