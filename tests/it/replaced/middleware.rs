//! `Project::middleware`.

use actix_web::http::header::{HeaderName, HeaderValue};
use nuages::middleware::{Next, Request, Response};
use nuages::models::AppConfig;
use nuages::prelude::*;

use crate::support::{CHARLIE, Database, Kind, Reply, TestSite};

static APPS: [AppConfig; 4] = nuages::apps![];
static SITE: Project = Project::new("Layers", &APPS, urls, super::register)
    .middleware(nuages::middleware![outer, inner]);

fn urls(_: &Settings) -> Urls {
    let echo = |name, access| path(name, "echo", access, get(echo));
    Urls::new([
        echo("/echo/", Access::Public),
        echo("/closed/", Access::Login),
        echo("/answered/", Access::Public),
        echo("/before/", Access::Public),
        echo("/after/", Access::Public),
        echo("/panic/", Access::Public),
        path("/posted/", "posted", Access::Public, post(echo_post)),
    ])
    .include(batteries())
}

/// Returns the header that a middleware has added to the request.
async fn echo(request: actix_web::HttpRequest) -> String {
    let header = request.headers().get("x-asked");
    header.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

async fn echo_post() -> String {
    "posted".to_owned()
}

fn add(response: &mut Response, name: &'static str, value: &str) {
    response.headers_mut().append(
        HeaderName::from_static(name),
        HeaderValue::from_str(value).unwrap(),
    );
}

async fn outer(mut request: Request, next: Next) -> Result<Response> {
    request.headers_mut().insert(
        HeaderName::from_static("x-asked"),
        HeaderValue::from_static("outer"),
    );
    let mut response = next.call(request).await?;
    add(&mut response, "x-order", "outer");
    Ok(response)
}

async fn inner(request: Request, next: Next) -> Result<Response> {
    let user = request.user().await?;
    let session = request.session();
    let visits = session.get("visits").and_then(|count| count.as_u64());
    let visits = visits.unwrap_or(0) + 1;
    if user.is_some() {
        session.insert("visits", visits);
    }
    match request.path() {
        "/answered/" => return Ok(request.respond(HttpResponse::Accepted().body("answered"))),
        "/before/" => return Err(Error::PermissionDenied),
        "/panic/" => panic!("a middleware of the test panics"),
        _ => {}
    }

    let is_after = request.path() == "/after/";
    let mut response = next.call(request).await?;
    if is_after {
        return Err(Error::NotFound);
    }
    add(&mut response, "x-order", "inner");
    add(&mut response, "x-visits", &visits.to_string());
    if let Some(user) = user {
        add(&mut response, "x-user", &user.username);
    }
    Ok(response)
}

fn site(kind: Kind) -> TestSite {
    let database = Database::migrated(kind);
    CHARLIE.save(&mut database.connect());
    TestSite::for_project(database, &[], &SITE)
}

fn middleware_runs_in_its_order_and_knows_the_user_and_the_session(kind: Kind) {
    let site = site(kind);
    let page = site.client().get("/echo/");
    assert_eq!(page.text(), "outer", "the view sees the changed request");
    assert_eq!(
        page.all("x-order"),
        "inner, outer",
        "the first is the outermost"
    );
    assert_eq!(page.header("x-user"), "", "an anonymous visitor");

    let client = CHARLIE.browser(&site);
    let page = client.get("/echo/");
    assert_eq!(
        (page.header("x-user"), page.header("x-visits")),
        ("charlie", "1")
    );
    assert_eq!(
        client.get("/echo/").header("x-visits"),
        "2",
        "the session is saved"
    );
}

fn middleware_sees_refused_requests_and_errors_of_views(kind: Kind) {
    let site = site(kind);
    let client = site.client();
    let refused = client.get("/closed/");
    assert_eq!(
        (refused.status, refused.all("x-order")),
        (302, "inner, outer".to_owned())
    );
    let missing = client.get("/nowhere/");
    assert_eq!(
        (missing.status, missing.all("x-order")),
        (404, "inner, outer".to_owned())
    );
    let forged = client.post_with("/posted/", &[("csrfmiddlewaretoken", "forged")], &[]);
    assert_eq!(
        (forged.status, forged.all("x-order")),
        (403, "inner, outer".to_owned())
    );
}

fn an_answer_or_an_error_of_a_middleware_is_a_whole_page(kind: Kind) {
    let site = site(kind);
    let client = site.client();
    let answered = client.get("/answered/");
    assert_eq!(
        (
            answered.status,
            answered.text().as_str(),
            answered.all("x-order").as_str()
        ),
        (202, "answered", "outer"),
        "the view is not called"
    );
    assert_is_page(&client.get("/before/"), 403, "an error before the view");
    assert_is_page(&client.get("/after/"), 404, "an error after the view");
    assert_is_page(&client.get("/panic/"), 500, "a panic");
}

fn assert_is_page(page: &Reply, status: u16, what: &str) {
    assert_eq!(page.status, status, "{what}");
    assert!(
        page.shows(&["· Layers</title>", page.header("x-request-id")]),
        "{what}: {}",
        page.text()
    );
    assert_eq!(page.header("x-frame-options"), "DENY", "{what}");
}

on_both!(
    middleware_runs_in_its_order_and_knows_the_user_and_the_session,
    middleware_sees_refused_requests_and_errors_of_views,
    an_answer_or_an_error_of_a_middleware_is_a_whole_page
);
