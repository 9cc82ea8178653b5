//! Django reads the history that the API writes as if its own admin had written it.

use serde_json::{Value, json};
use ureq::http::Method;

use super::admin::{crew, said};
use super::project::Django;
use crate::api::Program;
use crate::support::{ALICE, Kind, TestSite, picture};

const PRODUCTS: &str = "/api/catalog/product/";

/// Does the same as `write` in `admin.py`, with requests to the API.
fn write(site: &TestSite) {
    let program = Program::of(site, &ALICE);
    let add = |path: &str, body: Value| {
        let reply = program.post(path, &body);
        assert_eq!(reply.status, 201, "{path}: {}", reply.text());
    };
    add(
        "/api/catalog/category/",
        json!({"name": "Kettles", "slug": "kettles"}),
    );
    for tag in ["steel", "new"] {
        add("/api/catalog/tag/", json!({"name": tag, "slug": tag}));
    }
    add_first_product(&program);
    add(
        PRODUCTS,
        json!({
            "name": "Second <b>", "slug": "second", "sku": "W/2", "category": 1,
            "description": "Two\r\nlines", "price": "30", "stock": 5, "released_on": "2026-11-20",
        }),
    );

    let change = |pk: i64, body: Value| {
        let reply = program.patch(&format!("{PRODUCTS}{pk}/"), &body);
        assert_eq!(reply.status, 200, "{}", reply.text());
    };
    let changed = json!({"price": "31.50", "tags": [2], "released_on": null});
    change(1, changed.clone());
    change(1, changed);
    change(
        2,
        json!({"name": "Gone", "price": "31.50", "released_on": null}),
    );
    assert_eq!(program.delete(&format!("{PRODUCTS}2/")).status, 204);
    add_group(site, &program);
}

/// Adds the product with a picture, as a form with a file.
fn add_first_product(program: &Program) {
    let fields = [
        ("name", "Whistler"),
        ("slug", "whistler"),
        ("sku", "W/1"),
        ("category", "1"),
        ("tags", "1"),
        ("tags", "2"),
        ("description", "Two\r\nlines"),
        ("price", "30"),
        ("stock", "5"),
        ("released_on", "2026-11-20"),
    ];
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.into_bytes());
    }
    let head = "--limit\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a whistler.png\"\r\n\
                Content-Type: image/png\r\n\r\n";
    body.extend(head.as_bytes());
    body.extend(picture(8, 6));
    body.extend(b"\r\n--limit--\r\n");

    let kind = [("content-type", "multipart/form-data; boundary=limit")];
    let reply = program.send(Method::POST, PRODUCTS, &kind, &body);
    assert_eq!(reply.status, 201, "{}", reply.text());
}

fn add_group(site: &TestSite, program: &Program) {
    let given = ["change_product", "view_order", "view_product"];
    let permissions: Vec<i32> = given
        .iter()
        .map(|name| super::admin::permission(site, name).parse().unwrap())
        .collect();
    let body = json!({"name": "clerks", "permissions": permissions});
    let reply = program.post("/api/auth/group/", &body);
    assert_eq!(reply.status, 201, "{}", reply.text());
}

fn the_api_writes_the_rows_and_the_history_of_the_admin(kind: Kind, django: &Django) {
    let expected = said(django, &crew(kind), "write");
    let site = TestSite::with(crew(kind), &[], crate::shop::urls);
    write(&site);
    let found = said(django, &site.database, "read");
    for part in ["product", "rest", "clerks", "bob", "log"] {
        assert_eq!(found[part], expected[part], "{part}");
    }
}

with_django!(the_api_writes_the_rows_and_the_history_of_the_admin);
