//! Log entries with cells that do not fit their columns.

use diesel::connection::SimpleConnection as _;

use crate::admin::shop;
use crate::support::{ALICE, Kind, product};

fn log_entries_with_unreadable_cells_are_shown_beside_the_others(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    let alice = ALICE.browser(&site);
    let url = "/admin/catalog/product/1/change/";
    for stock in ["5", "6"] {
        let reply = alice.submit(&alice.form(url, "name").set("stock", stock), "_continue");
        assert_eq!(reply.status, 302, "{}", reply.words());
    }
    let damages: &[(&str, &str)] = match kind {
        Kind::Sqlite => &[
            ("action_time", "'soon'"),
            ("action_time", "''"),
            ("action_time", "X'FF'"),
            ("action_time", "20260101"),
            ("object_repr", "CAST(X'61FF' AS TEXT)"),
            ("object_repr", "X'FF'"),
            ("change_message", "CAST(X'61FF' AS TEXT)"),
            ("change_message", "'[{\"changed\"'"),
            ("action_flag", "'x'"),
        ],
        Kind::Postgres => &[
            ("action_time", "'infinity'"),
            ("action_time", "'-infinity'"),
            ("action_time", "'0044-03-15 BC'"),
            ("change_message", "'[{\"changed\"'"),
            ("action_flag", "9"),
        ],
    };
    for (column, cell) in damages {
        conn.batch_execute(&format!("CREATE TEMP TABLE kept AS SELECT * FROM django_admin_log WHERE id = 1; UPDATE django_admin_log SET {column} = {cell} WHERE id = 1")).unwrap();
        let (index, history) = (
            alice.get("/admin/"),
            alice.get("/admin/catalog/product/1/history/"),
        );
        assert_eq!(
            (index.status, history.status),
            (200, 200),
            "a {column} of {cell}"
        );
        let is_time = *column == "action_time";
        for page in [&index, &history] {
            assert_eq!(
                page.words().contains("unknown time"),
                is_time,
                "a {column} of {cell}: {}",
                page.words()
            );
        }
        let is_flag = *column == "action_flag";
        assert_eq!(
            (
                history.words().contains("Unknown action"),
                index.words().contains("unknown action"),
            ),
            (is_flag, is_flag),
            "a {column} of {cell}, on the history page and on the index page: {} {}",
            history.words(),
            index.words()
        );
        assert!(
            !history.words().contains("Deletion"),
            "no row was deleted, but with a {column} of {cell} the history says so"
        );
        assert!(
            history.words().contains("Changed Stock."),
            "the act that is not damaged: {}",
            history.words()
        );

        // In a conflict the page says who saved last, and when.
        let mut form = alice.form(url, "name").set("stock", "8");
        form = form.set("name", "Other");
        conn.batch_execute("UPDATE catalog_product SET stock = stock + 20 WHERE id = 1; DELETE FROM django_admin_log WHERE id > 1").unwrap();
        let reply = alice.submit(&form, "_save");
        assert_eq!(
            reply.status, 200,
            "a conflict when the last act has a {column} of {cell}"
        );
        assert_eq!(
            reply.words().contains("unknown time"),
            is_time,
            "a {column} of {cell}: {}",
            reply.words()
        );
        conn.batch_execute(&format!("UPDATE django_admin_log SET {column} = (SELECT {column} FROM kept) WHERE id = 1; DROP TABLE kept")).unwrap();
        let reply = alice.submit(&alice.form(url, "name").set("stock", "7"), "_continue");
        assert_eq!(reply.status, 302, "{}", reply.words());
        let reply = alice.submit(&alice.form(url, "name").set("stock", "6"), "_continue");
        assert_eq!(reply.status, 302, "{}", reply.words());
    }
}

on_both!(log_entries_with_unreadable_cells_are_shown_beside_the_others);

#[test]
fn log_entries_of_objects_whose_key_is_not_utf8_are_shown_on_sqlite() {
    let site = shop(Kind::Sqlite);
    let conn = &mut site.connect();
    product("Lamp").save(conn);
    let alice = ALICE.browser(&site);
    let reply = alice.submit(
        &alice
            .form("/admin/catalog/product/1/change/", "name")
            .set("stock", "5"),
        "_save",
    );
    assert_eq!(reply.status, 302, "{}", reply.words());
    conn.batch_execute("UPDATE django_admin_log SET object_id = CAST(X'61FF' AS TEXT)")
        .unwrap();
    let index = alice.get("/admin/");
    assert!(
        index.status == 200 && index.words().contains("Lamp"),
        "{}",
        index.words()
    );
    conn.batch_execute(
        "UPDATE django_content_type SET app_label = CAST(X'61FF' AS TEXT) WHERE model = 'product'",
    )
    .unwrap();
    assert_eq!(
        alice.get("/admin/").status,
        200,
        "the model of an act has an unreadable name"
    );
}
