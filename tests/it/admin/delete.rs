//! `/admin/<app>/<model>/<pk>/delete/` and `…/history/`

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use nuages::schema::{catalog_product, django_admin_log};
use ureq::http::Method;

use crate::admin::shop;
use crate::support::{ALICE, BOB, product};

on_both! {
    fn a_row_goes_with_its_links_and_leaves_an_entry(kind: Kind) {
        let site = shop(kind);
        let lamp = product("Amber lamp").tag("oak").save(&mut site.connect());
        let alice = ALICE.browser(&site);
        let path = format!("/admin/catalog/product/{}/delete/?_changelist_filters=q%3Damber%26p%3D2", lamp.id);
        let page = alice.get(&path);
        for count in ["Products: 1", "Product-tag relationships: 1"] {
            assert!(page.words().contains(count), "{}", page.words());
        }
        assert!(page.queries() < 16, "{}", page.header("server-timing"));
        let reply = alice.submit(&page.form(&path, "post"), "");
        assert_eq!(reply.header("location"), "/admin/catalog/product/?q=amber&p=2");
        assert!(alice.follow(&reply).words().contains("The product “Amber lamp” was deleted successfully."));
        let left: i64 = catalog_product::table.count().get_result(&mut site.connect()).unwrap();
        let entry: (Option<String>, String, i16, String) = django_admin_log::table
            .select((
                django_admin_log::object_id,
                django_admin_log::object_repr,
                django_admin_log::action_flag,
                django_admin_log::change_message,
            ))
            .first(&mut site.connect())
            .unwrap();
        assert_eq!((left, entry), (0, (Some(lamp.id.to_string()), "Amber lamp".to_owned(), 3, String::new())));
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
            ("an empty multipart body", "multipart/form-data; boundary=b", "--b--\r\n"),
            (
                "a multipart body with nothing but a file",
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"post\"; filename=\"yes\"\r\n\r\nyes\r\n--b--\r\n",
            ),
        ];
        for (name, content_type, body) in bodies {
            let headers = [("x-csrftoken", token.as_str()), ("content-type", content_type)];
            let sent = if content_type.is_empty() { &headers[..1] } else { &headers };
            let reply = alice.send(Method::POST, &path, sent, body.as_bytes());
            assert_eq!(reply.status, 200, "{name}: expected the question, got: {}", reply.words());
            let asks = reply.words().contains("Are you sure you want to delete the product");
            assert!(asks, "{name}: the page does not ask: {}", reply.words());
        }
        let left: i64 = catalog_product::table.count().get_result(&mut site.connect()).unwrap();
        assert_eq!(left, 1, "expected the product to stay until somebody confirms");
        // The page that asks is a working form.
        let question = alice.send(Method::POST, &path, &[("x-csrftoken", &token)], b"");
        assert_eq!(alice.submit(&question.form(&path, "post"), "").status, 302, "the confirmed form deletes");
    }

    fn delete_selected_without_the_confirming_field_asks(kind: Kind) {
        let site = shop(kind);
        product("Amber lamp").save(&mut site.connect());
        let alice = ALICE.browser(&site);
        let chosen = [("action", "delete_selected"), ("_selected_action", "1"), ("index", "0")];
        for confirming in [&[][..], &[("post", "")]] {
            let reply = alice.post("/admin/catalog/product/", &[&chosen[..], confirming].concat());
            assert_eq!(reply.status, 200, "expected the question, got: {}", reply.words());
            let asks = reply.words().contains("Are you sure you want to delete the selected products?");
            assert!(asks, "the page does not ask: {}", reply.words());
        }
        let left: i64 = catalog_product::table.count().get_result(&mut site.connect()).unwrap();
        assert_eq!(left, 1, "expected the product to stay until somebody confirms");
    }

    fn the_log_names_chosen_rows_as_the_list_did(kind: Kind) {
        let site = shop(kind);
        let conn = &mut site.connect();
        let pks = ["Birch", "Ash", "Cedar"].map(|name| product(name).save(conn).id.to_string());
        let alice = ALICE.browser(&site);
        let mut fields = vec![("action", "delete_selected"), ("post", "yes")];
        fields.extend(pks.iter().map(|pk| ("_selected_action", pk.as_str())));
        assert_eq!(alice.post("/admin/catalog/product/?o=-1", &fields).status, 302);
        let names = django_admin_log::table.order(django_admin_log::id).select(django_admin_log::object_repr);
        assert_eq!(names.load::<String>(conn).unwrap(), ["Cedar", "Birch", "Ash"]);
    }

    fn rows_of_a_table_that_nobody_described_stop_a_deletion(kind: Kind) {
        let site = shop(kind);
        let lamp = product("Amber lamp").save(&mut site.connect());
        let unknown = "CREATE TABLE elsewhere (id bigint PRIMARY KEY, product_id bigint NOT NULL REFERENCES \
                       catalog_product (id) DEFERRABLE INITIALLY DEFERRED)";
        let conn = &mut site.connect();
        conn.batch_execute(&format!("{unknown}; INSERT INTO elsewhere VALUES (1, {})", lamp.id)).unwrap();
        let alice = ALICE.browser(&site);
        let path = format!("/admin/catalog/product/{}/delete/", lamp.id);
        let refused = alice.submit(&alice.form(&path, "post"), "");
        assert!(refused.status == 200 && refused.words().contains("knows nothing of"), "{}", refused.words());
        let left: i64 = catalog_product::table.count().get_result(conn).unwrap();
        let entries: i64 = django_admin_log::table.count().get_result(conn).unwrap();
        assert_eq!((left, entries), (1, 0));
    }

    fn who_may_not_delete_what_goes_along_may_not_delete(kind: Kind) {
        let site = shop(kind);
        BOB.may(&site, &["view_product", "delete_product"]);
        let lamp = product("Amber lamp").save(&mut site.connect());
        let bob = BOB.browser(&site);
        // Links have no permissions of their own.
        assert_eq!(bob.post(&format!("/admin/catalog/product/{}/delete/", lamp.id), &[("post", "yes")]).status, 302);
        assert_eq!(bob.get("/admin/catalog/tag/1/delete/").status, 403);
    }

    fn a_history_reads_old_and_new_messages(kind: Kind) {
        let site = shop(kind);
        let lamp = product("Amber lamp").save(&mut site.connect());
        let alice = ALICE.browser(&site);
        let form = alice.form(&format!("/admin/catalog/product/{}/change/", lamp.id), "name");
        assert_eq!(alice.submit(&form.set("stock", "7").set("name", "Oak lamp"), "_save").status, 302);
        let old = "UPDATE django_admin_log SET action_time = '2024-03-04 05:06:07';
                   INSERT INTO django_admin_log (action_time, object_id, object_repr, action_flag, change_message,
                   content_type_id, user_id) SELECT '2023-03-04 05:06:07', object_id, 'x', 2, 'Changed name.',
                   content_type_id, user_id FROM django_admin_log";
        site.connect().batch_execute(old).unwrap();
        let words = alice.get(&format!("/admin/catalog/product/{}/history/", lamp.id)).words();
        let (first, second) = (words.find("Changed name."), words.find("Changed Name and Stock."));
        assert!(first.is_some() && first < second, "{words}");
        assert!(words.contains("March 4, 2024, 5:06 a.m."), "{words}");
    }
}
