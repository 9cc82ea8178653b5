//! Errors in middleware: the response is still the error page, with all headers and a line in the
//! log.

use actix_web::HttpRequest;
use diesel::connection::SimpleConnection as _;
use nuages::error::Result;
use nuages::http::{Access, QueryDict, Urls, get, path};
use nuages::messages::{Level, Messages};
use nuages::sessions::Session;
use nuages::settings::Settings;
use ureq::http::Method;

use crate::support::{ALICE, Client, Database, Kind, Process, Reply, TestSite};

/// Changes the session without reading it.
async fn remember(request: HttpRequest) -> Result<String> {
    Session::from_request(&request).insert("colour", "blue");
    Ok(String::new())
}

/// Adds the number of messages that the query gives.
async fn tell(request: HttpRequest, query: QueryDict) -> Result<String> {
    let count = query
        .get("count")
        .and_then(|count| count.parse().ok())
        .unwrap_or(1);
    for _ in 0..count {
        // Random, because the cookie is compressed.
        Messages::from_request(&request).add(Level::INFO, nuages::signing::random_string(64));
    }
    Ok(String::new())
}

fn with_views(settings: &Settings) -> Urls {
    Urls::new([
        path("/remember/", "remember", Access::Public, get(remember)),
        path("/tell/", "tell", Access::Public, get(tell)),
    ])
    .include(crate::shop::urls(settings))
}

/// Checks everything that each error page must have.
fn assert_is_whole(page: &Reply, status: u16, title: &str, layer: &str) {
    assert_eq!(page.status, status, "{layer}: the status");
    assert!(
        page.shows(&[title, "<title>", page.header("x-request-id")]),
        "{layer}: a page: {}",
        page.text()
    );
    assert_eq!(
        page.header("content-type"),
        "text/html; charset=utf-8",
        "{layer}: the type of the page"
    );
    for (header, value) in [
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(header), value, "{layer}: {header}");
    }
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'"),
        "{layer}: the content policy"
    );
    assert_eq!(
        page.header("x-request-id").len(),
        16,
        "{layer}: the id of the request"
    );
}

fn visitor_with_many_messages(site: &TestSite) -> Client {
    let client = site.client();
    assert_eq!(client.get("/tell/?count=60").status, 200);
    assert!(
        client.cookie("sessionid").is_some(),
        "messages that do not fit into the cookie are in the session"
    );
    client
}

fn a_failure_in_any_layer_becomes_the_error_page(kind: Kind) {
    let site = TestSite::with(Database::migrated(kind), &[], with_views);
    ALICE.save(&mut site.connect());
    let (alice, told, fresh) = (
        ALICE.browser(&site),
        visitor_with_many_messages(&site),
        site.client(),
    );
    site.connect()
        .batch_execute("ALTER TABLE django_session RENAME TO away")
        .unwrap();

    let title = "Something went wrong";
    assert_is_whole(
        &alice.get("/admin/"),
        500,
        title,
        "access cannot read the user",
    );
    assert_is_whole(
        &alice.get("/remember/"),
        500,
        title,
        "sessions cannot read the session",
    );
    assert_is_whole(
        &fresh.get("/remember/"),
        500,
        title,
        "sessions cannot write a new session",
    );
    assert_is_whole(
        &told.get("/tell/"),
        500,
        title,
        "messages cannot read the session",
    );
    let page = alice.send(Method::POST, "/accounts/profile/", &[], b"");
    assert_is_whole(
        &page,
        403,
        "Forbidden",
        "protect refuses a form without a token",
    );
    let page = fresh.get_with("/", &[("host", "elsewhere.test")]);
    assert_is_whole(&page, 400, "Bad request", "hosts refuses another host");
    assert_is_whole(
        &fresh.get("/nope/"),
        404,
        "Page not found",
        "the path is unknown",
    );
    assert_is_whole(
        &fresh.get("/static/nope.css"),
        404,
        "Page not found",
        "the static file is unknown",
    );
    assert_is_whole(
        &fresh.get("/media/nope.txt"),
        404,
        "Page not found",
        "the media file is unknown",
    );
    assert_eq!(
        fresh.get("/products").status,
        301,
        "append_slash goes on redirecting"
    );

    site.connect()
        .batch_execute("ALTER TABLE away RENAME TO django_session")
        .unwrap();
    assert_eq!(alice.get("/admin/").status, 200, "the site works again");
}

fn a_request_body_that_cannot_be_read_becomes_the_error_page(kind: Kind) {
    let site = TestSite::with(
        Database::migrated(kind),
        &[("DATA_UPLOAD_MAX_MEMORY_SIZE", "100")],
        with_views,
    );
    let client = site.client();
    client.get("/accounts/login/");
    let long = "x".repeat(200);
    let page = client.post("/accounts/login/", &[("username", &long)]);
    assert_is_whole(&page, 413, "Too large", "the body is too large");
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    let page = client.send(Method::POST, "/accounts/login/", &kind, b"nonsense");
    assert_is_whole(&page, 400, "Bad request", "the body is no multipart");
}

fn a_failure_in_a_layer_is_logged_with_its_request(kind: Kind) {
    let database = Database::migrated(kind);
    let site = TestSite::with(database, &[], with_views);
    ALICE.save(&mut site.connect());
    let alice = ALICE.browser(&site);
    let process = Process::start(&site.database, &[]);
    site.connect()
        .batch_execute("ALTER TABLE django_session RENAME TO away")
        .unwrap();
    let client = process.client();
    client.keep("sessionid", &alice.cookie("sessionid").unwrap());
    let page = client.get("/admin/");
    assert_is_whole(
        &page,
        500,
        "Something went wrong",
        "access cannot read the user",
    );
    let (log, id) = (process.log(), page.header("x-request-id"));
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(id)).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("\"GET /admin/\" 500")),
        "the line of the request: {log}"
    );
    assert!(
        lines.iter().any(|line| line.contains("django_session")),
        "the cause: {log}"
    );
}

on_both!(
    a_failure_in_any_layer_becomes_the_error_page,
    a_request_body_that_cannot_be_read_becomes_the_error_page,
    a_failure_in_a_layer_is_logged_with_its_request
);
