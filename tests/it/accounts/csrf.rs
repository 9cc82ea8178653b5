//! Forms that were not sent from a page of this site.

use ureq::http::Method;

use super::{PROFILE, shop, shop_with};
use crate::support::{ALICE, CHARLIE, Client, Kind, TestSite};

/// A field that a forged request tries to change.
const FIELD: (&str, &str) = ("first_name", "Forged");

/// Returns the secret in the cookie.
fn secret(client: &Client) -> String {
    client.get(PROFILE);
    client.cookie("csrftoken").unwrap()
}

fn refused(site: &TestSite, client: &Client, headers: &[(&str, &str)], fields: &[(&str, &str)]) {
    let page = client.post_with(PROFILE, headers, &[&[FIELD], fields].concat());
    assert_eq!(page.status, 403, "{headers:?} {fields:?}");
    assert!(page.shows(&["<h1>", "shop/shop."]), "{}", page.text());
    assert_eq!(CHARLIE.row(site).first_name, "", "{headers:?} {fields:?}");
}

fn accepted(site: &TestSite, client: &Client, headers: &[(&str, &str)], token: &str) {
    let name = format!("{headers:?}").chars().take(100).collect::<String>() + token;
    let fields = [
        ("first_name", name.as_str()),
        ("csrfmiddlewaretoken", token),
    ];
    let fields = if token.is_empty() {
        &fields[..1]
    } else {
        &fields
    };
    let reply = client.post_with(PROFILE, headers, fields);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, PROFILE),
        "{name}"
    );
    assert_eq!(CHARLIE.row(site).first_name, name);
}

fn a_missing_or_wrong_token_is_refused_and_changes_nothing(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let (own, foreign) = (secret(&client), secret(&ALICE.browser(&site)));
    for token in [
        "",
        "x",
        &foreign,
        &"a".repeat(64),
        &own[1..],
        &format!("{own}a"),
        &"é".repeat(16),
        &own.to_uppercase(),
    ] {
        refused(&site, &client, &[], &[("csrfmiddlewaretoken", token)]);
        if token.is_ascii() {
            refused(&site, &client, &[("x-csrftoken", token)], &[]);
        }
    }
    refused(&site, &client, &[], &[]);
    // If a field occurs several times the last one counts, and a header does not replace a wrong
    // field.
    refused(
        &site,
        &client,
        &[],
        &[
            ("csrfmiddlewaretoken", &own),
            ("csrfmiddlewaretoken", &foreign),
        ],
    );
    refused(
        &site,
        &client,
        &[("x-csrftoken", &own)],
        &[("csrfmiddlewaretoken", &foreign)],
    );
    // A token in the query does not count.
    let reply = client.post_with(
        &format!("{PROFILE}?csrfmiddlewaretoken={own}"),
        &[],
        &[FIELD],
    );
    assert_eq!(reply.status, 403);
    // The page says that the browser sent no cookie.
    let page = site.client().post_with("/accounts/login/", &[], &[]);
    assert!(
        page.status == 403 && page.words().contains("no cookie"),
        "{}",
        page.words()
    );
    // Without the cookie, or with an invalid one, no token is accepted.
    for cookie in [None, Some(""), Some("nonsense"), Some(&foreign[..])] {
        client.forget("csrftoken");
        if let Some(value) = cookie {
            client.keep("csrftoken", value);
        }
        refused(&site, &client, &[], &[("csrfmiddlewaretoken", &own)]);
    }
}

fn bare_and_masked_tokens_are_accepted_in_field_and_header(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let (own, masked) = (secret(&client), client.token(PROFILE));
    assert_eq!((own.len(), masked.len()), (32, 64));
    assert!(client.token(PROFILE) != masked, "a mask is used once");
    for token in [&own, &masked] {
        accepted(&site, &client, &[], token);
        accepted(&site, &client, &[("x-csrftoken", token)], "");
    }
    // Both belong to the secret, not to the page.
    accepted(&site, &client, &[], &masked);
    // The cookie format of Django before 4.0.
    client.keep("csrftoken", &masked);
    accepted(&site, &client, &[], &own);
}

fn a_form_from_another_origin_is_refused_with_any_token(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let token = secret(&client);
    let here = format!("http://127.0.0.1:{}", site.port);
    for origin in [
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1",
        &here.replace("http", "https"),
        &format!("{here}/"),
        &format!("{here}.evil.example"),
    ] {
        refused(
            &site,
            &client,
            &[("origin", origin)],
            &[("csrfmiddlewaretoken", &token)],
        );
    }
    // If a header is sent twice, in any order, it matches nothing.
    for origins in [
        [here.as_str(), "http://evil.example"],
        ["http://evil.example", &here],
    ] {
        refused(
            &site,
            &client,
            &origins.map(|origin| ("origin", origin)),
            &[("csrfmiddlewaretoken", &token)],
        );
    }
    refused(
        &site,
        &client,
        &[("x-csrftoken", &token), ("x-csrftoken", "x")],
        &[],
    );
    accepted(&site, &client, &[("origin", &here)], &token);
    // Plain HTTP without an origin does not require a referer, because others could have removed
    // it.
    accepted(
        &site,
        &client,
        &[("referer", "http://evil.example/")],
        &token,
    );
}

fn trusted_origins_may_send_forms(kind: Kind) {
    let site = shop_with(
        kind,
        &[(
            "CSRF_TRUSTED_ORIGINS",
            "https://pay.example,https://*.shop.example",
        )],
    );
    let client = CHARLIE.browser(&site);
    let token = secret(&client);
    for origin in [
        "https://pay.example",
        "https://a.shop.example",
        "https://b.a.shop.example",
    ] {
        accepted(&site, &client, &[("origin", origin)], &token);
    }
    assert_eq!(
        client
            .post_with(
                PROFILE,
                &[("origin", "http://pay.example")],
                &[("csrfmiddlewaretoken", &token)]
            )
            .status,
        403
    );
}

fn over_https_a_form_needs_a_referer_of_this_site(kind: Kind) {
    let site = shop_with(
        kind,
        &[("SECURE_PROXY_SSL_HEADER", "X-Forwarded-Proto,https")],
    );
    let client = CHARLIE.browser(&site);
    let token = secret(&client);
    let https = ("x-forwarded-proto", "https");
    let fields = [("csrfmiddlewaretoken", token.as_str())];
    let here = format!("https://127.0.0.1:{}", site.port);
    refused(&site, &client, &[https], &fields);
    for referer in [
        "",
        "nonsense",
        "https://evil.example/",
        &here.replace("https", "http"),
        "https://127.0.0.1/",
    ] {
        refused(&site, &client, &[https, ("referer", referer)], &fields);
    }
    accepted(
        &site,
        &client,
        &[https, ("referer", &format!("{here}/a?b"))],
        &token,
    );
    accepted(&site, &client, &[https, ("origin", &here)], &token);
}

fn posts_without_a_token_are_refused_only_for_known_urls(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    let post = |path: &str| client.post_with(path, &[], &[]).status;
    assert_eq!((post("/nope/"), post("/accounts/")), (404, 404));
    for path in [
        "/",
        "/products/",
        "/accounts/login/",
        "/accounts/profile/",
        "/accounts/reset/done/",
        "/static/x",
    ] {
        assert_eq!(post(path), 403, "{path}");
    }
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(client.request(method, "/products/", &[]).status, 403);
    }
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        assert!(client.request(method, "/products/", &[]).status != 403);
    }
    // With a token the page itself refuses the method.
    let token = client.token("/accounts/login/");
    let reply = client.post_with("/products/", &[], &[("csrfmiddlewaretoken", &token)]);
    assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD"));
    let reply = client.request(Method::DELETE, "/products/", &[("x-csrftoken", &token)]);
    assert_eq!(reply.status, 405);
    let reply = client.request(Method::OPTIONS, "/products/", &[]);
    assert_eq!(
        (reply.status, reply.header("allow")),
        (200, "GET, HEAD, OPTIONS")
    );
    // Without a login, a valid form for a private page is redirected to the login page.
    let reply = client.post(PROFILE, &[]);
    assert_eq!(reply.status, 302);
    assert!(
        reply
            .header("location")
            .starts_with("/accounts/login/?next=")
    );
}

fn only_pages_with_a_form_set_the_cookie(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    for path in ["/", "/products/", "/nope/", "/static/shop/shop.css"] {
        assert_eq!(client.get(path).set_cookie("csrftoken"), "", "{path}");
    }
    client.get("/accounts/login/");
    let first = client.cookie("csrftoken");
    // The cookie is sent again with a later expiry and the same value.
    assert!(
        !client
            .get("/accounts/login/")
            .set_cookie("csrftoken")
            .is_empty()
    );
    assert_eq!(client.cookie("csrftoken"), first);
    client.keep("csrftoken", "nonsense");
    client.get("/");
    assert_eq!(
        client.cookie("csrftoken").unwrap().len(),
        32,
        "nonsense is replaced at once"
    );
}

on_both!(
    a_missing_or_wrong_token_is_refused_and_changes_nothing,
    bare_and_masked_tokens_are_accepted_in_field_and_header,
    a_form_from_another_origin_is_refused_with_any_token,
    trusted_origins_may_send_forms,
    over_https_a_form_needs_a_referer_of_this_site,
    posts_without_a_token_are_refused_only_for_known_urls,
    only_pages_with_a_form_set_the_cookie
);
