//! The shop's own endpoints, and the scripts of other origins.

use serde_json::{Value as Json, json};
use ureq::http::Method;

use super::{column, json, problem, shop, shop_with, wrong_fields};
use crate::support::{ALICE, Client, Kind, Reply, product};

const SHOP: &str = "/api/shop/products/";
const QUOTES: &str = "/api/shop/quotes/";

fn post(client: &Client, body: &Json) -> Reply {
    let kind = [("content-type", "application/json")];
    client.send(Method::POST, QUOTES, &kind, body.to_string().as_bytes())
}

fn visitors_see_published_products_with_tax(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    product("Lamp").price("10.00").save(conn);
    product("Draft").draft().save(conn);
    product("Cheap").price("0.05").stock(0).save(conn);
    let reply = site.client().get(SHOP);
    let list = json(&reply, 200);
    assert_eq!(column(&list, "name"), [json!("Cheap"), json!("Lamp")]);
    assert_eq!(column(&list, "price"), [json!("0.06"), json!("11.00")]);
    assert_eq!(column(&list, "is_available"), [json!(false), json!(true)]);
    assert_eq!(reply.header("cache-control"), "public, max-age=60");
    assert!(
        !reply.all("vary").to_lowercase().contains("cookie"),
        "the same for everybody"
    );
    assert_eq!(
        ALICE.browser(&site).get(SHOP).bytes,
        reply.bytes,
        "also with a session"
    );

    let page = json(&site.client().get(&format!("{SHOP}?page_size=1")), 200);
    assert!(page["next"].as_str().unwrap().contains("page=2"), "{page}");
    for query in [
        "page=0",
        "page_size=501",
        "page=x",
        "colour=red",
        "page=1&page=2",
        "page=99999999999999999999",
        "search=%00",
        "search=a%00b",
        "category=%00",
    ] {
        problem(&site.client().get(&format!("{SHOP}?{query}")), 400);
    }
    problem(&site.client().get(&format!("{SHOP}?page=9")), 404);
}

fn quotes_are_computed_and_nothing_is_stored(kind: Kind) {
    let site = shop(kind);
    let conn = &mut site.connect();
    let lamp = product("Lamp").price("10.00").save(conn).id;
    let cheap = product("Cheap").price("0.05").save(conn).id;
    let body = json!({
        "lines": [{"product": lamp, "quantity": 2}, {"product": cheap, "quantity": 3}],
        "country": "FR",
    });
    let quote = json(&post(&site.client(), &body), 200);
    assert_eq!(
        (&quote["total"], &quote["tax"]),
        (&json!("22.18"), &json!("2.02"))
    );
    assert_eq!(quote["lines"][1]["total"], "0.18");
    assert_eq!(quote["lines"][1]["product"], cheap);
}

fn wrong_bodies_are_refused_before_the_function(kind: Kind) {
    let site = shop(kind);
    let draft = product("Draft").draft().save(&mut site.connect()).id;
    let client = site.client();
    for (body, fields) in [
        (json!({}), vec!["lines", "country"]),
        (
            json!({"lines": [], "country": "XX", "colour": 1}),
            vec!["colour"],
        ),
        (
            json!({"lines": [], "country": "XX"}),
            vec!["country", "lines"],
        ),
        (
            json!({"lines": [{"product": 1, "quantity": 0}], "country": "FR"}),
            vec!["lines[0].quantity"],
        ),
        (
            json!({"lines": [{"product": 1, "quantity": 1.5}, {}], "country": "FR"}),
            vec!["lines[0].quantity", "lines[1].product", "lines[1].quantity"],
        ),
        (
            json!({"lines": [{"product": draft, "quantity": 1}], "country": "FR"}),
            vec!["lines[0].product"],
        ),
        (
            json!({"lines": [{"product": 1e30, "quantity": 2_147_483_648_i64}], "country": "FR"}),
            vec!["lines[0].product", "lines[0].quantity"],
        ),
        (
            json!({"lines": [{"product": u64::MAX, "quantity": 1_000_000_000_000_i64}], "country": "FR"}),
            vec!["lines[0].product", "lines[0].quantity"],
        ),
    ] {
        assert_eq!(wrong_fields(&post(&client, &body)), fields, "{body}");
    }
    problem(&client.get(QUOTES), 405);
    problem(
        &client.send(
            Method::POST,
            QUOTES,
            &[("content-type", "text/plain")],
            b"{}",
        ),
        415,
    );
}

fn scripts_of_listed_origins_may_read(kind: Kind) {
    let origins = "https://shop.example,https://other.example:8443";
    let site = shop_with(kind, &[("API_CORS_ORIGINS", origins)]);
    let from = |origin: &str| site.client().get_with(SHOP, &[("origin", origin)]);
    for origin in origins.split(',') {
        let reply = from(origin);
        assert_eq!(reply.header("access-control-allow-origin"), origin);
        assert!(reply.header("access-control-allow-credentials").is_empty());
    }
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "null",
        "https://other.example",
    ] {
        let reply = from(origin);
        assert_eq!(
            reply.header("access-control-allow-origin"),
            "",
            "{origin} is not listed"
        );
        assert!(reply.all("vary").contains("origin"));
    }

    let asks = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
    ];
    let reply = site.client().send(Method::OPTIONS, QUOTES, &asks, b"");
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("access-control-allow-methods")
            .contains("POST")
    );
    assert!(
        reply
            .header("access-control-allow-headers")
            .contains("content-type")
    );
}

on_both!(
    visitors_see_published_products_with_tax,
    quotes_are_computed_and_nothing_is_stored,
    wrong_bodies_are_refused_before_the_function,
    scripts_of_listed_origins_may_read,
);
