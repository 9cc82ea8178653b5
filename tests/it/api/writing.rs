//! `POST`, `PUT`, `PATCH` and `DELETE`.

use diesel::prelude::*;
use nuages::schema::django_admin_log;
use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::{CATEGORIES, PRODUCTS, Program, TAGS, USERS, json, problem, shop, wrong_fields};
use crate::support::{ALICE, BOB, CHARLIE, Kind, TestSite, picture, product};

/// Creates a product to which others are added by the API.
fn first_product(site: &TestSite, new: crate::support::NewProduct) {
    let conn = &mut site.connect();
    new.save(conn);
    // The test has chosen the primary key itself.
    let models = [nuages::models::find("catalog", "product").unwrap()];
    nuages::models::reset_sequences(conn, &models).unwrap();
}

/// Returns a valid body of a new product.
fn body(name: &str) -> Json {
    let slug = name.to_lowercase().replace(' ', "-");
    json!({"name": name, "slug": slug, "sku": slug, "category": 1, "price": "12.50"})
}

/// Returns the flags and the messages of the history, in order.
fn history(site: &TestSite) -> Vec<(i16, String)> {
    use django_admin_log as log;
    log::table
        .select((log::action_flag, log::change_message))
        .order(log::id)
        .load(&mut site.connect())
        .unwrap()
}

fn a_row_is_added_changed_and_deleted_with_its_history(kind: Kind) {
    let site = shop(kind);
    first_product(&site, product("Lamp").tag("Red"));
    let program = Program::of(&site, &ALICE);

    let mut new = body("New lamp");
    new["tags"] = json!([1, 1]);
    let reply = program.post(PRODUCTS, &new);
    let row = json(&reply, 201);
    let path = format!("{PRODUCTS}{}/", row["id"]);
    assert!(
        reply.header("location").ends_with(&path),
        "the URL of the new row"
    );
    assert_eq!(
        (&row["stock"], &row["is_active"]),
        (&json!(0), &json!(true)),
        "the defaults"
    );
    assert_eq!(row["tags"], json!([1]));
    assert_eq!(
        json(&program.get(&path), 200),
        row,
        "GET answers with the same row"
    );

    let changed = json(
        &program.patch(&path, &json!({"price": "9.99", "tags": []})),
        200,
    );
    assert_eq!(
        (&changed["price"], &changed["tags"]),
        (&json!("9.99"), &json!([]))
    );
    assert_eq!(changed["name"], "New lamp", "other fields are kept");
    assert_eq!(program.delete(&path).status, 204);
    problem(&program.get(&path), 404);

    let messages = history(&site);
    let expected = [
        (1, "[{\"added\": {}}]"),
        (2, "[{\"changed\": {\"fields\": [\"Tags\", \"Price\"]}}]"),
        (3, ""),
    ];
    assert_eq!(messages.len(), 3, "{messages:?}");
    for ((flag, message), (wanted, text)) in messages.iter().zip(expected) {
        assert_eq!((*flag, message.as_str()), (wanted, text), "the entry");
    }
}

fn a_row_that_is_written_back_as_it_was_read_is_unchanged(kind: Kind) {
    let site = shop(kind);
    product("Lamp").tag("Red").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let bob = BOB.row(&site).id;
    for path in [
        "/api/catalog/product/1/".to_owned(),
        "/api/catalog/category/1/".to_owned(),
        format!("{USERS}{bob}/"),
    ] {
        let row = json(&program.get(&path), 200);
        let mut again = json(&program.json(Method::PUT, &path, &[], &row), 200);
        if !row["updated_at"].is_null() {
            again["updated_at"] = row["updated_at"].clone();
        }
        assert_eq!(again, row, "{path} is as before");
    }
}

fn all_errors_are_named_with_the_texts_of_forms(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let reply = program.post(
        PRODUCTS,
        &json!({"name": "", "price": "x", "stock": -2, "colour": 1, "id": 7}),
    );
    let errors = problem(&reply, 422)["errors"].clone();
    for (field, text) in [
        ("name", "This field is required."),
        ("slug", "This field is required."),
        ("sku", "This field is required."),
        ("category", "This field is required."),
        ("price", "Enter a number."),
        ("stock", "Ensure this value is greater than or equal to 0."),
        ("colour", "There is no such field."),
        ("id", "This field is read-only."),
    ] {
        assert_eq!(errors[field], json!([text]), "the error of {field}");
    }
    assert_eq!(errors.as_object().unwrap().len(), 8, "{errors}");
}

fn values_of_another_type_are_refused(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    for (field, value) in [
        ("stock", json!("5")),
        ("stock", json!(1.5)),
        ("stock", json!([1])),
        ("stock", json!(3_000_000_000_i64)),
        ("stock", Json::Null),
        ("name", json!(5)),
        ("name", Json::Null),
        ("name", json!("x".repeat(201))),
        ("name", json!("a\u{0}b")),
        ("price", json!(12.5)),
        ("price", json!("NaN")),
        ("price", json!("1e9999")),
        ("is_active", json!("true")),
        ("is_active", json!(1)),
        ("released_on", json!("02/29/2024")),
        ("released_on", json!("2024-02-30")),
        ("category", json!("1")),
        ("category", json!(99_999)),
        ("tags", json!(1)),
        ("tags", json!([99_999])),
        ("tags", json!(["1"])),
        ("image", json!("/media/other.png")),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("display", json!("x")),
    ] {
        let reply = program.patch("/api/catalog/product/1/", &json!({field: value}));
        assert_eq!(wrong_fields(&reply), [field], "{field}: {value}");
    }
    let whole = json!({"stock": 4.0, "name": "  Lamp  "});
    let row = json(&program.patch("/api/catalog/product/1/", &whole), 200);
    assert_eq!((&row["stock"], &row["name"]), (&json!(4), &json!("Lamp")));
}

fn times_are_exact(kind: Kind) {
    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let order = json!({
        "number": "A1", "email": "a@example.com", "total": "1.00", "status": "paid",
        "paid_at": "2025-03-04T05:06:07.123456+02:00",
    });
    let row = json(&program.post("/api/orders/order/", &order), 201);
    assert_eq!(row["paid_at"], "2025-03-04T03:06:07.123456Z");
    let path = format!("/api/orders/order/{}/", row["id"]);
    let later = json!({"paid_at": "2025-03-04T03:06:07.654321Z"});
    assert_eq!(
        json(&program.patch(&path, &later), 200)["paid_at"],
        later["paid_at"]
    );
    for wrong in [
        "2025-03-04",
        "2025-03-04T03:06:07",
        "2016-12-31T23:59:60Z",
        "soon",
    ] {
        let reply = program.patch(&path, &json!({"paid_at": wrong}));
        assert_eq!(wrong_fields(&reply), ["paid_at"], "{wrong} is not a time");
    }
}

fn if_match_protects_from_lost_updates(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let lamp = "/api/catalog/product/1/";
    let etag = program.get(lamp).header("etag").to_owned();
    let patch = |etag: &str, stock: i32| {
        let body = json!({"stock": stock});
        program.json(Method::PATCH, lamp, &[("if-match", etag)], &body)
    };

    json(&patch(&etag, 5), 200);
    problem(&patch(&etag, 6), 412);
    problem(
        &program.send(Method::DELETE, lamp, &[("if-match", &etag)], b""),
        412,
    );
    assert_eq!(
        json(&program.get(lamp), 200)["stock"],
        5,
        "nothing was written"
    );
    json(&patch("*", 7), 200);
    let now = program.get(lamp).header("etag").to_owned();
    json(&patch(&format!("\"other\", {now}"), 8), 200);
}

fn values_that_another_request_takes_meanwhile_are_named(kind: Kind) {
    let site = shop(kind);
    first_product(&site, product("Lamp"));
    let program = Program::of(&site, &ALICE);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let sent = (0..8).map(|n| {
            let (site, token) = (&site, program.token.clone());
            scope.spawn(move || {
                let other = Program {
                    client: site.client(),
                    token,
                };
                let mut new = body("Same");
                new["name"] = json!(format!("Same {n}"));
                let reply = other.post(PRODUCTS, &new);
                if reply.status == 422 {
                    let fields = wrong_fields(&reply);
                    let is_key = |field: &String| field == "sku" || field == "slug";
                    assert!(fields.iter().any(is_key), "{fields:?}");
                }
                reply.status
            })
        });
        let sent: Vec<_> = sent.collect();
        sent.into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let made = statuses.iter().filter(|status| **status == 201).count();
    let refused = statuses.iter().filter(|status| **status == 422).count();
    assert_eq!((made, refused), (1, 7), "{statuses:?}");
}

fn protected_rows_are_named(kind: Kind) {
    let site = shop(kind);
    product("Guard").category("Kept").save(&mut site.connect());
    let reply = Program::of(&site, &ALICE).delete("/api/catalog/category/1/");
    assert!(problem(&reply, 409).to_string().contains("product “Guard”"));

    // A user who may not see products learns their number only.
    CHARLIE.may(&site, &["view_category", "delete_category"]);
    let reply = Program::of(&site, &CHARLIE).delete("/api/catalog/category/1/");
    let text = problem(&reply, 409).to_string();
    assert!(
        text.contains("1 product") && !text.contains("Guard"),
        "{text}"
    );
    json(&Program::of(&site, &ALICE).get(CATEGORIES), 200);
}

fn files_are_sent_as_forms(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let path = "/api/catalog/product/1/";
    let form = |parts: &[(&str, &[u8])]| {
        let mut body = Vec::new();
        for (head, content) in parts {
            body.extend_from_slice(b"--limit\r\nContent-Disposition: form-data; ");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--limit--\r\n");
        let kind = [("content-type", "multipart/form-data; boundary=limit")];
        program.send(Method::PATCH, path, &kind, &body)
    };

    let image = picture(8, 6);
    let file = "name=\"image\"; filename=\"lamp.png\"\r\nContent-Type: image/png";
    let row = json(
        &form(&[("name=\"is_active\"", b"false"), (file, &image)]),
        200,
    );
    assert_eq!(row["is_active"], false);
    let url = row["image"].as_str().unwrap().to_owned();
    assert_eq!(site.client().get(&url).status, 200, "the picture is served");

    assert_eq!(wrong_fields(&form(&[(file, b"no picture")])), ["image"]);
    let elsewhere = file.replace("image\"; f", "sku\"; f");
    assert_eq!(wrong_fields(&form(&[(&elsewhere, &image)])), ["sku"]);
    let kept = json(
        &program.patch(path, &json!({"image": url, "stock": 1})),
        200,
    );
    assert_eq!(kept["image"], url, "a file that is sent back is kept");
    let cleared = json(&program.patch(path, &json!({"image": null})), 200);
    assert_eq!(cleared["image"], Json::Null);
}

fn users_are_changed_by_the_rules_of_the_admin(kind: Kind) {
    let site = shop(kind);
    CHARLIE.may(&site, &["view_user", "change_user"]);
    let path = format!("{USERS}{}/", BOB.row(&site).id);
    let reply = Program::of(&site, &CHARLIE).patch(&path, &json!({"user_permissions": [1]}));
    assert_eq!(wrong_fields(&reply), ["user_permissions"]);

    let alice = Program::of(&site, &ALICE);
    let row = json(
        &alice.patch(&path, &json!({"email": "Bob@EXAMPLE.com"})),
        200,
    );
    assert_eq!(
        row["email"], "Bob@example.com",
        "save_model of the admin was called"
    );
    let reply = alice.post(USERS, &json!({"username": "new"}));
    assert_eq!(
        wrong_fields(&reply),
        [""],
        "a user without a password is not made here"
    );
}

fn a_failed_request_writes_nothing_and_hides_its_cause(kind: Kind) {
    use nuages::db::Sql;

    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let break_log = match kind {
        Kind::Sqlite => {
            "CREATE TRIGGER torn BEFORE INSERT ON django_admin_log BEGIN SELECT RAISE(ABORT, 'secret words'); END"
        }
        Kind::Postgres => "ALTER TABLE django_admin_log RENAME TO gone",
    };
    Sql::new(break_log).execute(&mut site.connect()).unwrap();
    let reply = program.post(TAGS, &json!({"name": "Red", "slug": "red"}));
    let text = problem(&reply, 500).to_string();
    assert!(!text.contains("secret") && !text.contains("gone"), "{text}");
    assert_eq!(
        json(&program.get(TAGS), 200)["count"],
        0,
        "no row was added"
    );
}

fn a_refusal_by_a_trigger_is_a_fault_of_the_server_without_its_text(kind: Kind) {
    use diesel::connection::SimpleConnection as _;

    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    json(
        &program.post(TAGS, &json!({"name": "Red", "slug": "red"})),
        201,
    );
    let triggers = match kind {
        Kind::Sqlite => {
            "CREATE TRIGGER keeps BEFORE DELETE ON catalog_tag BEGIN SELECT RAISE(ABORT, 'Tags are kept.'); END; \
             CREATE TRIGGER refuses BEFORE UPDATE ON catalog_tag BEGIN SELECT RAISE(ABORT, 'The year is closed.'); END"
        }
        Kind::Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
               IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'Tags are kept.'; END IF; \
               RAISE EXCEPTION 'The year is closed.'; END $$; \
             CREATE TRIGGER refuses BEFORE UPDATE OR DELETE ON catalog_tag FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    };
    site.connect().batch_execute(triggers).unwrap();

    let changed = program.patch(&format!("{TAGS}1/"), &json!({"name": "Blue"}));
    let deleted = program.delete(&format!("{TAGS}1/"));
    for reply in [changed, deleted] {
        let text = problem(&reply, 500).to_string();
        for word in ["The year is closed.", "Tags are kept.", "trigger"] {
            assert!(!text.contains(word), "{text}");
        }
    }
    assert_eq!(
        json(&program.get(&format!("{TAGS}1/")), 200)["name"],
        "Red",
        "nothing was changed or deleted"
    );
}

on_both!(
    a_refusal_by_a_trigger_is_a_fault_of_the_server_without_its_text,
    a_row_is_added_changed_and_deleted_with_its_history,
    a_row_that_is_written_back_as_it_was_read_is_unchanged,
    all_errors_are_named_with_the_texts_of_forms,
    values_of_another_type_are_refused,
    times_are_exact,
    if_match_protects_from_lost_updates,
    values_that_another_request_takes_meanwhile_are_named,
    protected_rows_are_named,
    files_are_sent_as_forms,
    users_are_changed_by_the_rules_of_the_admin,
    a_failed_request_writes_nothing_and_hides_its_cause,
);
