//! Error pages.

use actix_web::web;
use nuages::db::Db;
use nuages::error::{Error, Result};
use nuages::http::{Access, Urls, get, path};
use nuages::settings::Settings;

use crate::support::{Database, Kind, TestSite};

async fn panics() -> Result<String> {
    panic!("a secret inside")
}

async fn panics_in_the_database(db: web::Data<Db>) -> Result<String> {
    db.run(|_| panic!("a secret inside")).await
}

async fn fails(db: web::Data<Db>) -> Result<String> {
    use diesel::connection::SimpleConnection as _;
    db.run(|conn| {
        conn.batch_execute("SELECT secret_column FROM no_such_table")
            .map_err(Error::from)
    })
    .await?;
    Ok(String::new())
}

async fn forbidden() -> Result<String> {
    Err(Error::PermissionDenied)
}

fn broken(settings: &Settings) -> Urls {
    Urls::new([
        path("/panic/", "panic", Access::Public, get(panics)),
        path(
            "/panic-db/",
            "panic-db",
            Access::Public,
            get(panics_in_the_database),
        ),
        path("/fail/", "fail", Access::Public, get(fails)),
        path("/forbidden/", "forbidden", Access::Public, get(forbidden)),
    ])
    .include(crate::shop::urls(settings))
}

fn a_failure_becomes_a_page_without_internal_details(kind: Kind) {
    let site = TestSite::with(Database::migrated(kind), &[], broken);
    let client = site.client();
    for path in ["/panic/", "/panic-db/", "/fail/"] {
        let page = client.get(path);
        assert_eq!(page.status, 500, "{path}");
        assert!(
            page.shows(&[
                "Something went wrong",
                page.header("x-request-id"),
                "<title>"
            ]),
            "{path}"
        );
        assert!(
            !page.text().contains("secret") && !page.text().contains("src/"),
            "{path}"
        );
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
    }
    assert_eq!(client.get("/forbidden/").status, 403);
    // The site continues to work.
    assert_eq!(client.get("/").status, 200);
}

fn the_error_page_in_debug_shows_details(kind: Kind) {
    let site = TestSite::with(Database::migrated(kind), &[("DEBUG", "1")], broken);
    let page = site
        .client()
        .get_with("/fail/?a=b", &[("cookie", "sessionid=verysecret")]);
    assert_eq!(page.status, 500);
    assert!(
        page.shows(&[
            "no_such_table",
            "secret_column",
            "a=b",
            "SECRET_KEY",
            "********",
            "STATEMENT_TIMEOUT"
        ]),
        "{}",
        page.text()
    );
    assert!(!page.text().contains("only-for-tests") && !page.text().contains("verysecret"));
}

fn every_error_page_has_the_design_of_the_shop(kind: Kind) {
    let site = TestSite::with(Database::migrated(kind), &[], broken);
    for (path, status, title) in [
        ("/nope/", 404, "Page not found"),
        ("/forbidden/", 403, "Forbidden"),
        ("/panic/", 500, "Something went wrong"),
    ] {
        let page = site.client().get(path);
        assert_eq!(page.status, status);
        assert!(
            page.shows(&[title, "shop/shop.", "Skip to content", "<h1>"]),
            "{path}"
        );
        assert!(page.header("content-type").starts_with("text/html"));
    }
}

fn malformed_requests_are_refused_and_the_server_goes_on(kind: Kind) {
    let site = TestSite::new(kind);
    for bytes in [
        &b"GARBAGE\r\n\r\n"[..],
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\xff\xfe\r\n\r\n",
    ] {
        let answer = site.client().raw(bytes);
        assert!(
            !answer.contains(" 200 ") && !answer.contains("panicked"),
            "{answer}"
        );
    }
    assert_eq!(site.client().get("/").status, 200);
}

on_both!(
    a_failure_becomes_a_page_without_internal_details,
    the_error_page_in_debug_shows_details,
    every_error_page_has_the_design_of_the_shop,
    malformed_requests_are_refused_and_the_server_goes_on
);
