//! Host, scheme and path of a request do not get into a response unchecked.

use crate::support::{Kind, TestSite, product};

/// Returns the response to `GET {target}` with these header lines.
fn get(site: &TestSite, target: &str, headers: &[&str]) -> String {
    let lines = headers
        .iter()
        .map(|line| [line, "\r\n"].concat())
        .collect::<Vec<_>>()
        .concat();
    site.client()
        .raw(format!("GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n").as_bytes())
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or_default()
}

fn location(answer: &str) -> &str {
    let line = answer
        .lines()
        .find(|line| line.to_lowercase().starts_with("location: "));
    line.map_or("", |line| &line[10..])
}

#[test]
fn ssl_redirect_refuses_a_host_that_is_not_allowed() {
    let site = TestSite::with_settings(
        Kind::Sqlite,
        &[("SECURE_SSL_REDIRECT", "1"), ("ALLOWED_HOSTS", "shop.test")],
    );
    for host in [
        "evil.example",
        "shop.test@evil.example",
        "shop.test.evil.example:443",
        "evil.example/",
        "",
    ] {
        for target in [
            "/",
            "/products",
            "/admin/",
            "/static/shop/shop.css",
            "/nope",
        ] {
            let answer = get(&site, target, &[&format!("Host: {host}")]);
            assert_eq!(
                status(&answer),
                "400",
                "{target} of the host {host:?} must be refused: {answer}"
            );
            assert!(
                !answer.contains("evil.example"),
                "the answer must not repeat the host {host:?}: {answer}"
            );
            assert!(
                answer.contains("<title>"),
                "the refusal must be a page: {answer}"
            );
        }
    }
    let answer = get(
        &site,
        "/",
        &["Host: evil.example", "X-Forwarded-Host: shop.test"],
    );
    assert_eq!(
        status(&answer),
        "400",
        "X-Forwarded-Host must not vouch for another host: {answer}"
    );
    let answer = get(&site, "http://evil.example/", &["Host: shop.test"]);
    assert_eq!(
        status(&answer),
        "400",
        "the host in the request target must be checked: {answer}"
    );
}

#[test]
fn ssl_redirect_keeps_path_and_query() {
    let site = TestSite::with_settings(
        Kind::Sqlite,
        &[("SECURE_SSL_REDIRECT", "1"), ("ALLOWED_HOSTS", "shop.test")],
    );
    let answer = get(&site, "/products?page=2&x=%20y", &["Host: shop.test:8000"]);
    assert_eq!(
        (status(&answer), location(&answer)),
        ("301", "https://shop.test:8000/products?page=2&x=%20y")
    );
    let answer = get(&site, "//evil.example/", &["Host: shop.test"]);
    assert_eq!(
        (status(&answer), location(&answer)),
        ("301", "https://shop.test/%2Fevil.example/")
    );
}

#[test]
fn ssl_redirect_without_a_host_is_refused() {
    let site = TestSite::with_settings(Kind::Sqlite, &[("SECURE_SSL_REDIRECT", "1")]);
    let answer = site.client().raw(b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(
        status(&answer),
        "400",
        "there is no host to redirect to, and the page must not be served: {answer}"
    );
    let plain = TestSite::new(Kind::Sqlite)
        .client()
        .raw(b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(
        status(&plain),
        "200",
        "a site without HTTPS answers HTTP/1.0: {plain}"
    );
}

#[test]
fn every_https_redirect_goes_to_the_ssl_host() {
    let settings = [
        ("SECURE_SSL_REDIRECT", "1"),
        ("SECURE_SSL_HOST", "secure.test"),
        ("ALLOWED_HOSTS", "shop.test"),
    ];
    let site = TestSite::with_settings(Kind::Sqlite, &settings);
    // Django does not check the Host header here either.
    for host in ["shop.test", "evil.example"] {
        let answer = get(&site, "/products/", &[&format!("Host: {host}")]);
        assert_eq!(
            (status(&answer), location(&answer)),
            ("301", "https://secure.test/products/"),
            "from {host}"
        );
    }
}

#[test]
fn redirect_to_a_slash_never_names_another_host() {
    let site = TestSite::new(Kind::Sqlite);
    for target in [
        "//evil.example/products",
        "/\\evil.example/products",
        "///evil.example",
        "//evil.example",
    ] {
        let answer = get(&site, target, &["Host: localhost"]);
        assert!(
            !location(&answer).starts_with("//"),
            "{target} led to {}",
            location(&answer)
        );
        assert!(
            !location(&answer).contains('\\'),
            "{target} led to {}",
            location(&answer)
        );
    }
    let answer = get(&site, "/products?a=|{b}\\", &["Host: localhost"]);
    assert_eq!(
        (status(&answer), location(&answer)),
        ("301", "/products/?a=%7C%7Bb%7D%5C")
    );
}

fn sitemap_and_robots_ignore_forwarded_headers(kind: Kind) {
    let site = TestSite::new(kind);
    product("Lamp").save(&mut site.connect());
    let claims = [
        ("x-forwarded-proto", "evil://a<b>"),
        ("forwarded", "proto=evil;host=evil.example"),
        ("x-forwarded-host", "evil.example"),
    ];
    for path in ["/sitemap.xml", "/robots.txt"] {
        let (plain, claimed) = (
            site.client().get(path),
            site.client().get_with(path, &claims),
        );
        assert_eq!(
            claimed.text(),
            plain.text(),
            "{path} must not believe what a visitor claims"
        );
        assert!(
            plain.text().contains("http://127.0.0.1:"),
            "{path}: {}",
            plain.text()
        );
    }
    let behind = TestSite::beside(
        &site,
        &[("SECURE_PROXY_SSL_HEADER", "X-Forwarded-Proto,https")],
    );
    let page = behind
        .client()
        .get_with("/sitemap.xml", &[("x-forwarded-proto", "https")]);
    assert!(
        page.text().contains("<loc>https://127.0.0.1:"),
        "the proxy says it is HTTPS: {}",
        page.text()
    );
}

on_both!(sitemap_and_robots_ignore_forwarded_headers);
