//! Properties that every response must have.

use crate::support::{Kind, LOGIN, TestSite};
use ureq::http::Method;

fn every_answer_has_the_security_headers_and_an_id(kind: Kind) {
    let site = TestSite::new(kind);
    for path in ["/", "/nope/", "/products", "/static/shop/shop.css"] {
        let page = site.client().get(path);
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(
            page.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'none'"),
            "{path}"
        );
        assert!(
            !page.header("content-security-policy").contains("unsafe"),
            "{path}"
        );
        assert_eq!(page.header("x-request-id").len(), 16, "{path}");
    }
    let given = site
        .client()
        .get_with("/", &[("x-request-id", "abc-12345678")]);
    assert_eq!(given.header("x-request-id"), "abc-12345678");
    let odd = site
        .client()
        .get_with("/", &[("x-request-id", "a b\"c<script>")]);
    assert_eq!(odd.header("x-request-id").len(), 16);
}

fn pages_are_compressed_and_conditional(kind: Kind) {
    let site = TestSite::new(kind);
    let client = site.client();
    let page = client.get("/");
    let again = client.get_with("/", &[("if-none-match", page.header("etag"))]);
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    let raw = client.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n").to_lowercase();
    assert!(
        raw.contains("content-encoding: br") && raw.contains("vary: accept-encoding"),
        "{raw}"
    );
}

fn head_has_the_headers_of_get_and_no_body(kind: Kind) {
    let site = TestSite::new(kind);
    let head = site
        .client()
        .raw(b"HEAD /products/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 200") && head.to_lowercase().contains("content-type: text/html"),
        "{head}"
    );
    assert!(head.ends_with("\r\n\r\n"), "{head}");
}

fn other_methods_are_refused_with_allow(kind: Kind) {
    let site = TestSite::new(kind);
    let client = site.client();
    // Without a token the request would be refused before the page checks the method.
    let token = client.token(LOGIN);
    let reply = client.request(Method::DELETE, "/products/", &[("x-csrftoken", &token)]);
    assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD"));
    assert!(reply.shows(&["Method not allowed"]));
}

fn a_missing_slash_is_appended(kind: Kind) {
    let site = TestSite::new(kind);
    let client = site.client();
    let reply = client.get("/products?page=2&x=%20y");
    assert_eq!(
        (reply.status, reply.header("location")),
        (301, "/products/?page=2&x=%20y")
    );
    assert_eq!(client.get("/nope").status, 404);
    let raw = client.raw(
        b"GET //evil.example/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert!(!raw.to_lowercase().contains("location: //"), "{raw}");
    let off = TestSite::with_settings(kind, &[("APPEND_SLASH", "0")]);
    assert_eq!(off.client().get("/products").status, 404);
}

fn unknown_hosts_are_refused(kind: Kind) {
    let site = TestSite::with_settings(kind, &[("ALLOWED_HOSTS", ".shop.test,other.test")]);
    let status = |host: &str| {
        site.client()
            .raw(format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
            [9..12]
            .to_owned()
    };
    for host in ["shop.test", "www.shop.test:8000", "OTHER.test."] {
        assert_eq!(status(host), "200", "{host}");
    }
    for host in [
        "127.0.0.1",
        "evilshop.test",
        "bad host name",
        "",
        "shop.test@evil.test",
        "shop.test:",
    ] {
        assert_eq!(status(host), "400", "{host}");
    }
    for (target, wanted) in [
        ("http://shop.test/", "200"),
        ("http://evil.test/", "400"),
        ("http://a@shop.test/", "400"),
    ] {
        let raw = format!("GET {target} HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n");
        assert_eq!(
            site.client().raw(raw.as_bytes())[9..12].to_owned(),
            wanted,
            "{target}"
        );
    }
}

fn https_is_enforced_with_its_setting(kind: Kind) {
    let site = TestSite::with_settings(
        kind,
        &[
            ("SECURE_SSL_REDIRECT", "1"),
            ("SECURE_HSTS_SECONDS", "60"),
            ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "1"),
            ("SECURE_PROXY_SSL_HEADER", "X-Forwarded-Proto,https"),
            ("X_FRAME_OPTIONS", "SAMEORIGIN"),
        ],
    );
    let plain = site.client().get("/products/?page=2");
    assert_eq!(
        (plain.status, plain.header("location")),
        (
            301,
            format!("https://127.0.0.1:{}/products/?page=2", site.port).as_str()
        )
    );
    let secure = site
        .client()
        .get_with("/", &[("x-forwarded-proto", "https")]);
    assert_eq!(
        (secure.status, secure.header("strict-transport-security")),
        (200, "max-age=60; includeSubDomains")
    );
    assert_eq!(secure.header("x-frame-options"), "SAMEORIGIN");
}

on_both!(
    every_answer_has_the_security_headers_and_an_id,
    pages_are_compressed_and_conditional,
    head_has_the_headers_of_get_and_no_body,
    other_methods_are_refused_with_allow,
    a_missing_slash_is_appended,
    unknown_hosts_are_refused,
    https_is_enforced_with_its_setting
);
