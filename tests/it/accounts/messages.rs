//! Messages, from the page that adds them to the page that shows them.

use actix_web::HttpRequest;
use nuages::auth::visitor;
use nuages::error::Result;
use nuages::http::{Access, QueryDict, Urls, get, path};
use nuages::messages::{Level, Messages};
use nuages::settings::Settings;

use super::{people, sessions};
use crate::support::{Kind, Reply, TestSite};

/// Adds `count` messages that begin with `text`, and shows none.
async fn leave(request: HttpRequest, query: QueryDict) -> Result<String> {
    visitor::user(&request).await?;
    for number in 0..query
        .get("count")
        .and_then(|count| count.parse().ok())
        .unwrap_or(1)
    {
        // Make each message different, because the cookie is compressed.
        let noise = nuages::signing::random_string(64);
        Messages::from_request(&request).add(
            Level::WARNING,
            format!(
                "{}-{number:03} {noise}",
                query.get("text").unwrap_or_default()
            ),
        );
    }
    Ok(String::new())
}

fn with_leave(settings: &Settings) -> Urls {
    Urls::new([path("/leave/", "leave", Access::Public, get(leave))])
        .include(crate::shop::urls(settings))
}

fn leaving(kind: Kind) -> TestSite {
    TestSite::with(people(kind), &[], with_leave)
}

/// Returns the first word of each message on the page.
fn shown(page: &Reply) -> Vec<String> {
    let text = page.text();
    let parts = text
        .split("class=\"message ")
        .skip(1)
        .filter_map(|part| part.split_once("</svg>"));
    parts
        .map(|(_, text)| text.split_whitespace().next().unwrap().to_owned())
        .collect()
}

fn messages_are_kept_until_a_page_shows_them_once_in_order(kind: Kind) {
    let site = leaving(kind);
    let client = site.client();
    let reply = client.get("/leave/?text=a");
    let cookie = reply.set_cookie("messages");
    assert!(
        cookie.contains("; HttpOnly")
            && cookie.contains("; SameSite=Lax")
            && !cookie.contains("Max-Age"),
        "{cookie}"
    );
    client.get("/leave/?text=b");
    client.get("/static/shop/shop.css");
    let page = client.get("/");
    assert_eq!(shown(&page), ["a-000", "b-000"]);
    assert!(page.shows(&["class=\"message warning\""]));
    assert!(page.set_cookie("messages").contains("Max-Age=0"));
    assert!(shown(&client.get("/")).is_empty());
    assert!(sessions(&site).is_empty());
}

fn messages_that_do_not_fit_into_the_cookie_are_kept_in_the_session(kind: Kind) {
    let site = leaving(kind);
    let client = site.client();
    let reply = client.get("/leave/?text=a&count=60");
    assert!(reply.set_cookie("messages").len() < 2200 && sessions(&site).len() == 1);
    let page = client.get("/");
    assert_eq!(
        shown(&page),
        (0..60)
            .map(|number| format!("a-{number:03}"))
            .collect::<Vec<_>>()
    );
    assert!(shown(&client.get("/")).is_empty());
}

fn an_added_message_does_not_replace_messages_that_are_kept(kind: Kind) {
    let site = leaving(kind);
    let client = site.client();
    client.get("/leave/?text=a&count=60");
    client.get("/leave/?text=b&count=1");
    let page = client.get("/");
    let expected = (0..60)
        .map(|number| format!("a-{number:03}"))
        .chain(["b-000".to_owned()]);
    assert_eq!(shown(&page), expected.collect::<Vec<_>>());
}

fn cookies_with_a_wrong_signature_or_format_hold_no_messages(kind: Kind) {
    let site = leaving(kind);
    for value in [
        "",
        "x",
        "e30:1r31eq:FWb_LBvQbyjLa-zCvUElAtEU8vV4bT2AuW1WfZ5Kpu0",
        "\"\\303\\251\"",
    ] {
        let page = site
            .client()
            .get_with("/", &[("cookie", &format!("messages={value}"))]);
        assert!(page.status == 200 && shown(&page).is_empty(), "{value}");
    }
}

fn a_message_is_escaped_as_text(kind: Kind) {
    let site = leaving(kind);
    let client = site.client();
    client.get("/leave/?text=%3Cb%3E");
    let page = client.get("/");
    assert!(
        !page.shows(&["<b>"]) && page.shows(&["&#60;b&#62;-000"]),
        "{}",
        page.text()
    );
}

on_both!(
    messages_are_kept_until_a_page_shows_them_once_in_order,
    messages_that_do_not_fit_into_the_cookie_are_kept_in_the_session,
    an_added_message_does_not_replace_messages_that_are_kept,
    cookies_with_a_wrong_signature_or_format_hold_no_messages,
    a_message_is_escaped_as_text
);
