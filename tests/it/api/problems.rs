//! Errors are problems for programs, and pages for people.

use serde_json::json;
use ureq::http::Method;

use super::{PRODUCTS, Program, json, problem, shop};
use crate::support::{ALICE, Kind, product};

fn addresses_and_methods_that_do_not_exist_are_problems(kind: Kind) {
    let site = shop(kind);
    product("Lamp").save(&mut site.connect());
    let program = Program::of(&site, &ALICE);
    let row = "/api/catalog/product/1/";
    for (method, path, status) in [
        (Method::GET, "/api/nowhere/", 404),
        (Method::GET, "/api/catalog/nothing/", 404),
        (Method::GET, "/api/orders/orderitem/", 404),
        (Method::GET, "/api/catalog/product/1/2/", 404),
        (Method::POST, "/api/nowhere/", 404),
        (Method::PATCH, PRODUCTS, 405),
        (Method::DELETE, PRODUCTS, 405),
        (Method::POST, row, 405),
        (Method::TRACE, row, 405),
        (Method::POST, "/api/openapi.json", 405),
        (Method::DELETE, "/api/docs/", 405),
    ] {
        let reply = program.send(method.clone(), path, &[], b"");
        problem(&reply, status);
        let allow = reply.header("allow");
        assert_eq!(
            allow.is_empty(),
            status != 405,
            "Allow of {method} {path}: {allow}"
        );
    }
    for (path, methods) in [
        (PRODUCTS, "GET, HEAD, POST, OPTIONS"),
        (row, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
    ] {
        let reply = program.send(Method::OPTIONS, path, &[], b"");
        assert_eq!((reply.status, reply.header("allow")), (200, methods));
    }
}

fn bodies_that_cannot_be_read_are_refused(kind: Kind) {
    let site = shop(kind);
    let program = Program::of(&site, &ALICE);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_field = format!("{{\"tags\": {deep}}}");
    for (body, status) in [
        ("{", 400),
        ("", 400),
        ("{'name': 1}", 400),
        ("{\"a\": 1,}", 400),
        ("{\"stock\": NaN}", 400),
        ("{\"stock\": 1e400}", 400),
        (deep.as_str(), 400),
        (deep_field.as_str(), 400),
        ("[]", 422),
        ("null", 422),
        ("\"text\"", 422),
    ] {
        let json = [("content-type", "application/json; charset=utf-8")];
        let reply = program.send(Method::POST, PRODUCTS, &json, body.as_bytes());
        problem(&reply, status);
    }
    let json_with_line = program.send(
        Method::POST,
        PRODUCTS,
        &[("content-type", "application/json")],
        b"{\"name\": \"x\",\n \"price\": }",
    );
    let text = problem(&json_with_line, 400)["detail"].to_string();
    assert!(text.contains("line 2, column"), "{text}");

    let form = [("content-type", "application/x-www-form-urlencoded")];
    problem(&program.send(Method::POST, PRODUCTS, &form, b"name=x"), 415);
    let large = vec![b' '; 3_000_000];
    let json = [("content-type", "application/json")];
    problem(&program.send(Method::POST, PRODUCTS, &json, &large), 413);
}

fn pages_are_problems_for_clients_that_prefer_json(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    let accepts = |accept: &str| client.get_with("/nowhere/", &[("accept", accept)]);
    for accept in [
        "application/json",
        "application/problem+json",
        "text/html;q=0.5, application/json",
    ] {
        problem(&accepts(accept), 404);
    }
    for accept in [
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "*/*",
        "application/json;q=0.1, text/html",
    ] {
        let reply = accepts(accept);
        assert_eq!(reply.status, 404);
        assert!(
            reply.header("content-type").starts_with("text/html"),
            "a page for {accept}"
        );
    }
    let browser = [("accept", "text/html")];
    let reply = Program::of(&site, &ALICE).send(Method::GET, "/api/nowhere/", &browser, b"");
    problem(&reply, 404);
    let wrong_host = client.get_with(PRODUCTS, &[("host", "evil.example")]);
    problem(&wrong_host, 400);
}

fn forms_of_pages_are_protected_as_before(kind: Kind) {
    let site = shop(kind);
    let browser = ALICE.browser(&site);
    let body = json!({"name": "x"}).to_string();
    let kind = [("content-type", "application/json")];
    let reply = browser.send(Method::POST, "/accounts/profile/", &kind, body.as_bytes());
    assert_eq!(reply.status, 403, "a page needs the token");
    json(&browser.get(PRODUCTS), 200);
}

on_both!(
    addresses_and_methods_that_do_not_exist_are_problems,
    bodies_that_cannot_be_read_are_refused,
    pages_are_problems_for_clients_that_prefer_json,
    forms_of_pages_are_protected_as_before,
);
