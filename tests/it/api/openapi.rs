//! `openapi.json` and the page that documents the API.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{PRODUCTS, json, shop};
use crate::support::{ALICE, Kind, TestSite};

fn document(site: &TestSite) -> Json {
    json(&site.client().get("/api/openapi.json"), 200)
}

/// Returns every value of `$ref` in the document.
fn references(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(object) => {
            for (name, value) in object {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(reference) => drop(found.insert(reference.to_owned())),
                    None => references(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn the_document_describes_every_address(kind: Kind) {
    let site = shop(kind);
    let document = document(&site);
    assert_eq!(document["openapi"], "3.1.0");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    for path in [
        "/api/",
        PRODUCTS,
        "/api/catalog/product/{pk}/",
        "/api/shop/quotes/",
    ] {
        assert!(
            paths.iter().any(|other| *other == path),
            "{path} is missing in {paths:?}"
        );
    }

    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
}

fn schemas_come_from_the_descriptions(kind: Kind) {
    let site = shop(kind);
    let document = document(&site);
    let schemas = &document["components"]["schemas"];
    let product = &schemas["CatalogProduct"]["properties"];
    assert_eq!(product["name"]["maxLength"], 200);
    assert_eq!(product["price"]["type"], "string");
    assert_eq!(product["released_on"]["type"], json!(["string", "null"]));
    assert_eq!(product["created_at"]["readOnly"], true);
    assert_eq!(product["name"]["readOnly"], Json::Null);
    let status = &schemas["OrdersOrder"]["properties"]["status"];
    assert!(
        status["enum"].as_array().unwrap().contains(&json!("paid")),
        "{status}"
    );
    assert!(
        schemas["AuthUser"]["properties"]["password"].is_null(),
        "secrets do not exist"
    );
    let required = &schemas["CatalogProductCreate"]["required"];
    assert_eq!(
        *required,
        json!(["name", "slug", "sku", "category", "price"])
    );
    let quantity = &schemas["NewQuoteLine"]["properties"]["quantity"];
    assert_eq!(
        quantity["minimum"], 1,
        "the constraint of the endpoint’s type: {quantity}"
    );
}

fn the_page_shows_forms_to_users(kind: Kind) {
    let site = shop(kind);
    let page = site.client().get("/api/docs/");
    assert_eq!(page.status, 200);
    assert!(page.shows(&["/api/catalog/product/{pk}/", "/api/shop/quotes/", "Log in"]));
    assert!(!page.shows(&["Try it"]), "a visitor cannot try requests");

    let alice = ALICE.browser(&site);
    let page = alice.get("/api/docs/");
    assert!(page.shows(&["Try it", "data-token="]), "a user can");
    assert_eq!(page.text().matches("<h1>").count(), 1);

    // A request with a body or with a key in its path needs a script, which makes a form of it.
    let text = page.text();
    let forms: Vec<&str> = text.split("<form class=\"api-try").skip(1).collect();
    assert!(forms.len() > 5, "{} forms", forms.len());
    for form in forms {
        let action = form.split("action=\"").nth(1).unwrap();
        let path = action.split('"').next().unwrap();
        assert_eq!(alice.get(path).status, 200, "{path}");
    }
}

on_both!(
    the_document_describes_every_address,
    schemas_come_from_the_descriptions,
    the_page_shows_forms_to_users,
);
