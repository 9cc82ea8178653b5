//! `/admin/<app>/<model>/<pk>/delete/` and `…/history/`

use crate::shop::schema::catalog_product;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::schema::django_admin_log;
use ureq::http::Method;

use crate::admin::shop;
use crate::support::{ALICE, BOB, Kind, product};

fn a_row_is_deleted_with_its_links_and_leaves_a_log_entry(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").tag("oak").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let path = format!(
        "/admin/catalog/product/{}/delete/?_changelist_filters=q%3Damber%26p%3D2",
        lamp.id
    );
    let page = alice.get(&path);
    for count in ["Products: 1", "Product-tag relationships: 1"] {
        assert!(page.words().contains(count), "{}", page.words());
    }
    assert!(page.queries() < 16, "{}", page.header("server-timing"));
    let reply = alice.submit(&page.form(&path, "post"), "");
    assert_eq!(
        reply.header("location"),
        "/admin/catalog/product/?q=amber&p=2"
    );
    assert!(
        alice
            .follow(&reply)
            .words()
            .contains("The product “Amber lamp” was deleted successfully.")
    );
    let left: i64 = catalog_product::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    let entry: (Option<String>, String, i16, String) = django_admin_log::table
        .select((
            django_admin_log::object_id,
            django_admin_log::object_repr,
            django_admin_log::action_flag,
            django_admin_log::change_message,
        ))
        .first(&mut site.connect())
        .unwrap();
    assert_eq!(
        (left, entry),
        (
            0,
            (
                Some(lamp.id.to_string()),
                "Amber lamp".to_owned(),
                3,
                String::new()
            )
        )
    );
}

fn a_post_without_fields_shows_the_question_and_deletes_nothing(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let path = format!("/admin/catalog/product/{}/delete/", lamp.id);
    let token = alice.token(&path);
    let bodies = [
        ("no body", "", ""),
        ("an empty form", "application/x-www-form-urlencoded", ""),
        ("JSON", "application/json", r#"{"post": "yes"}"#),
        ("text", "text/plain", "post=yes"),
        (
            "an empty multipart body",
            "multipart/form-data; boundary=b",
            "--b--\r\n",
        ),
        (
            "a multipart body with nothing but a file",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"post\"; filename=\"yes\"\r\n\r\nyes\r\n--b--\r\n",
        ),
    ];
    for (name, content_type, body) in bodies {
        let headers = [
            ("x-csrftoken", token.as_str()),
            ("content-type", content_type),
        ];
        let sent = if content_type.is_empty() {
            &headers[..1]
        } else {
            &headers
        };
        let reply = alice.send(Method::POST, &path, sent, body.as_bytes());
        assert_eq!(
            reply.status,
            200,
            "{name}: expected the question, got: {}",
            reply.words()
        );
        let asks = reply
            .words()
            .contains("Are you sure you want to delete the product");
        assert!(asks, "{name}: the page does not ask: {}", reply.words());
    }
    let left: i64 = catalog_product::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!(
        left, 1,
        "expected the product to stay until somebody confirms"
    );
    // The confirmation page is a working form.
    let question = alice.send(Method::POST, &path, &[("x-csrftoken", &token)], b"");
    assert_eq!(
        alice.submit(&question.form(&path, "post"), "").status,
        302,
        "the confirmed form deletes"
    );
}

fn delete_selected_without_the_confirming_field_asks(kind: Kind) {
    let site = shop(kind);
    product("Amber lamp").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let chosen = [
        ("action", "delete_selected"),
        ("_selected_action", "1"),
        ("index", "0"),
    ];
    for confirming in [&[][..], &[("post", "")]] {
        let reply = alice.post(
            "/admin/catalog/product/",
            &[&chosen[..], confirming].concat(),
        );
        assert_eq!(
            reply.status,
            200,
            "expected the question, got: {}",
            reply.words()
        );
        let asks = reply
            .words()
            .contains("Are you sure you want to delete the selected products?");
        assert!(asks, "the page does not ask: {}", reply.words());
    }
    let left: i64 = catalog_product::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!(
        left, 1,
        "expected the product to stay until somebody confirms"
    );
}

fn the_log_names_selected_rows_like_the_list(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    let pks = ["Birch", "Ash", "Cedar"].map(|name| product(name).save(conn).id.to_string());
    let alice = ALICE.browser(&site);
    let mut fields = vec![("action", "delete_selected"), ("post", "yes")];
    fields.extend(pks.iter().map(|pk| ("_selected_action", pk.as_str())));
    assert_eq!(
        alice.post("/admin/catalog/product/?o=-1", &fields).status,
        302
    );
    let names = django_admin_log::table
        .order(django_admin_log::id)
        .select(django_admin_log::object_repr);
    assert_eq!(
        names.load::<String>(conn).unwrap(),
        ["Cedar", "Birch", "Ash"]
    );
}

fn rows_of_a_table_without_a_model_prevent_a_deletion(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let unknown = "CREATE TABLE elsewhere (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES \
                   catalog_product (id) DEFERRABLE INITIALLY DEFERRED)";
    let conn = &mut site.connect();
    conn.batch_execute(&format!(
        "{unknown}; INSERT INTO elsewhere VALUES (1, {})",
        lamp.id
    ))
    .unwrap();
    let alice = ALICE.browser(&site);
    let path = format!("/admin/catalog/product/{}/delete/", lamp.id);
    let refused = alice.post(&path, &[("post", "yes")]);
    assert!(
        refused.status == 200 && refused.words().contains("does not know"),
        "{}",
        refused.words()
    );
    let left: i64 = catalog_product::table.count().get_result(conn).unwrap();
    let entries: i64 = django_admin_log::table.count().get_result(conn).unwrap();
    assert_eq!((left, entries), (1, 0));
}

fn rows_that_only_the_database_deletes_are_counted_by_table(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    let lamp = product("Amber lamp").save(conn);
    let key = "bigint REFERENCES catalog_product (id) ON DELETE";
    conn.batch_execute(&format!(
        "CREATE TABLE shelf (id bigint PRIMARY KEY, product_id {key} CASCADE, other_id {key} CASCADE);
         CREATE TABLE shelf_note (id bigint PRIMARY KEY, shelf_id bigint REFERENCES shelf (id) ON DELETE CASCADE,
             above_id bigint REFERENCES shelf_note (id) ON DELETE CASCADE);
         CREATE TABLE wish (id bigint PRIMARY KEY, product_id {key} SET NULL);
         CREATE TABLE label (id bigint PRIMARY KEY, product_id {key} SET DEFAULT);
         CREATE TABLE keeper (id bigint PRIMARY KEY, shelf_id bigint REFERENCES shelf (id) ON DELETE CASCADE,
             product_id {key} RESTRICT);
         INSERT INTO shelf VALUES (1, {0}, NULL), (2, {0}, {0}), (3, NULL, NULL);
         INSERT INTO shelf_note VALUES (1, 1, NULL), (2, 1, 1), (3, 2, NULL), (4, 3, NULL);
         INSERT INTO wish VALUES (1, {0}), (2, NULL);
         INSERT INTO label VALUES (1, {0})",
        lamp.id
    )).unwrap();
    let alice = ALICE.browser(&site);
    let path = format!("/admin/catalog/product/{}/delete/", lamp.id);

    let page = alice.get(&path);
    for line in [
        "table “shelf”: 2",
        "table “shelf_note”: 3",
        "1 row of the table “wish” will have no product_id",
        "1 row of the table “label” will get the default product_id",
    ] {
        assert!(
            page.words().contains(line),
            "{line:?} is missing: {}",
            page.words()
        );
    }
    // A row that is deleted anyway is counted once, and protects nothing.
    conn.batch_execute(&format!("INSERT INTO keeper VALUES (1, 1, {})", lamp.id))
        .unwrap();
    assert!(
        alice.get(&path).words().contains("table “keeper”: 1"),
        "{}",
        alice.get(&path).words()
    );
    conn.batch_execute("DELETE FROM keeper").unwrap();

    assert_eq!(
        alice.submit(&alice.form(&path, "post"), "").status,
        302,
        "nothing forbids it"
    );
    for (table, left) in [("shelf", 1), ("shelf_note", 1), ("wish", 2), ("label", 1)] {
        let count: i64 =
            diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("SELECT COUNT(*) FROM {table}"))
                .get_result(conn)
                .unwrap();
        assert_eq!(count, left, "rows left in {table}");
    }
}

fn a_restricting_row_of_a_table_without_a_model_prevents_a_deletion(kind: Kind) {
    for action in [
        "ON DELETE RESTRICT",
        "ON DELETE NO ACTION",
        "",
        "ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED",
    ] {
        let site = shop(kind);
        let conn = &mut site.connect();
        let lamp = product("Amber lamp").save(conn);
        conn.batch_execute(&format!(
            "CREATE TABLE elsewhere (id bigint PRIMARY KEY, product_id bigint REFERENCES catalog_product (id) {action});
             INSERT INTO elsewhere VALUES (1, {0}), (2, {0}), (3, NULL)",
            lamp.id
        )).unwrap();
        let alice = ALICE.browser(&site);
        let path = format!("/admin/catalog/product/{}/delete/", lamp.id);
        for (name, reply) in [
            ("the question", alice.get(&path)),
            (
                "the confirmed deletion",
                alice.post(&path, &[("post", "yes")]),
            ),
            (
                "the action",
                alice.post(
                    "/admin/catalog/product/",
                    &[
                        ("action", "delete_selected"),
                        ("_selected_action", &lamp.id.to_string()),
                        ("post", "yes"),
                    ],
                ),
            ),
        ] {
            let says = reply.words().contains("2 rows of the table “elsewhere”");
            assert!(
                reply.status == 200 && says,
                "{action:?}, {name}: {} {}",
                reply.status,
                reply.words()
            );
        }
        let left: i64 = catalog_product::table.count().get_result(conn).unwrap();
        assert_eq!(left, 1, "{action:?}: the product stays");
    }
}

fn a_restricting_row_that_is_not_counted_causes_no_server_error(kind: Kind) {
    // Foreign keys of several columns are not checked beforehand: the database refuses.
    let site = shop(kind);
    let conn = &mut site.connect();
    let lamp = product("Amber lamp").save(conn);
    conn.batch_execute(&format!(
        "CREATE UNIQUE INDEX both_columns ON catalog_product (id, stock);
         CREATE TABLE elsewhere (id bigint PRIMARY KEY, product_id bigint, stock integer,
             FOREIGN KEY (product_id, stock) REFERENCES catalog_product (id, stock) ON DELETE RESTRICT);
         INSERT INTO elsewhere SELECT 1, id, stock FROM catalog_product WHERE id = {}",
        lamp.id
    )).unwrap();
    let alice = ALICE.browser(&site);
    let path = format!("/admin/catalog/product/{}/delete/", lamp.id);
    let refused = alice.submit(&alice.form(&path, "post"), "");
    assert!(
        refused.status == 200 && refused.words().contains("does not know"),
        "{}",
        refused.words()
    );
}

fn delete_is_refused_without_permission_on_cascaded_models(kind: Kind) {
    let site = shop(kind);
    BOB.may(&site, &["view_product", "delete_product"]);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let bob = BOB.browser(&site);
    // Links have no permissions of their own.
    assert_eq!(
        bob.post(
            &format!("/admin/catalog/product/{}/delete/", lamp.id),
            &[("post", "yes")]
        )
        .status,
        302
    );
    assert_eq!(bob.get("/admin/catalog/tag/1/delete/").status, 403);
}

fn a_history_shows_messages_of_old_and_new_format(kind: Kind) {
    let site = shop(kind);
    let lamp = product("Amber lamp").save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let form = alice.form(
        &format!("/admin/catalog/product/{}/change/", lamp.id),
        "name",
    );
    assert_eq!(
        alice
            .submit(&form.set("stock", "7").set("name", "Oak lamp"), "_save")
            .status,
        302
    );
    let old = "UPDATE django_admin_log SET action_time = '2024-03-04 05:06:07';
               INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message,
               content_type_id, user_id) SELECT '2023-03-04 05:06:07', object_id, 'x', 2, 'Changed name.',
               content_type_id, user_id FROM django_admin_log";
    site.connect().batch_execute(old).unwrap();
    let words = alice
        .get(&format!("/admin/catalog/product/{}/history/", lamp.id))
        .words();
    let (first, second) = (
        words.find("Changed name."),
        words.find("Changed Name and Stock."),
    );
    assert!(first.is_some() && first < second, "{words}");
    assert!(words.contains("March 4, 2024, 5:06 a.m."), "{words}");
}

on_both!(
    a_row_is_deleted_with_its_links_and_leaves_a_log_entry,
    a_post_without_fields_shows_the_question_and_deletes_nothing,
    delete_selected_without_the_confirming_field_asks,
    the_log_names_selected_rows_like_the_list,
    rows_of_a_table_without_a_model_prevent_a_deletion,
    rows_that_only_the_database_deletes_are_counted_by_table,
    a_restricting_row_of_a_table_without_a_model_prevents_a_deletion,
    a_restricting_row_that_is_not_counted_causes_no_server_error,
    delete_is_refused_without_permission_on_cascaded_models,
    a_history_shows_messages_of_old_and_new_format
);
