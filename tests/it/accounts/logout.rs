//! `/accounts/logout/`

use ureq::http::Method;

use super::{PROFILE, session, sessions, shop};
use crate::support::{ALICE, CHARLIE, Kind};

const LOGOUT: &str = "/accounts/logout/";

fn logging_out_deletes_the_row_and_expires_the_cookie(kind: Kind) {
    let site = shop(kind);
    let (client, other, alice) = (
        CHARLIE.browser(&site),
        CHARLIE.browser(&site),
        ALICE.browser(&site),
    );
    let key = client.cookie("sessionid").unwrap();
    let page = client.post(LOGOUT, &[]);
    assert_eq!(page.status, 200);
    assert!(
        page.shows(&["You are logged out.", "Log in"])
            && !page.shows(&["Hello, <bdi>charlie</bdi>"]),
        "{}",
        page.text()
    );
    let cookie = page.set_cookie("sessionid");
    for attribute in [
        "sessionid=;",
        "; Max-Age=0",
        "; Path=/",
        "; Expires=Thu, 01 Jan 1970",
    ] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(session(&site, &key).is_none());
    // The old cookie is no longer valid.
    client.keep("sessionid", &key);
    assert_eq!(client.get(PROFILE).status, 302);
    // Other sessions continue.
    assert!(
        other.get("/").shows(&["Hello, <bdi>charlie</bdi>"])
            && alice.get("/").shows(&["Hello, <bdi>alice</bdi>"])
    );
}

fn logging_out_needs_a_post_with_a_token(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let reply = client.get(LOGOUT);
    assert_eq!((reply.status, reply.header("allow")), (405, "POST"));
    assert_eq!(client.request(Method::HEAD, LOGOUT, &[]).status, 405);
    assert_eq!(client.post_with(LOGOUT, &[], &[]).status, 403);
    assert_eq!(client.get(PROFILE).status, 200);
}

fn an_anonymous_visitor_may_log_out(kind: Kind) {
    let site = shop(kind);
    let page = site.client().post(LOGOUT, &[]);
    assert_eq!((page.status, page.set_cookie("sessionid")), (200, ""));
    assert!(sessions(&site).is_empty());
}

fn next_is_followed_to_this_site_only(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    let here = format!("http://127.0.0.1:{}/products/", site.port);
    let lands = |next: &str| {
        client
            .post(LOGOUT, &[("next", next)])
            .header("location")
            .to_owned()
    };
    for good in ["/", "/products/?q=a&page=2", &here] {
        assert_eq!(lands(good), good);
    }
    for bad in [
        "",
        "http://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "http://127.0.0.1@evil.example/",
        "/\n/evil.example",
        "\u{1}//evil.example",
        "http://127.0.0.1/",
        "/x\r\nSet-Cookie: a=b",
    ] {
        assert_eq!(lands(bad), "", "{bad:?}");
    }
}

fn a_path_beyond_ascii_is_redirected_to_a_location_in_ascii(kind: Kind) {
    let site = shop(kind);
    let reply = site.client().post(LOGOUT, &[("next", "/crème/?q=é")]);
    assert_eq!(reply.status, 302);
    assert_eq!(
        reply.headers["location"].as_bytes(),
        b"/cr%C3%A8me/?q=%C3%A9"
    );
}

on_both!(
    logging_out_deletes_the_row_and_expires_the_cookie,
    logging_out_needs_a_post_with_a_token,
    an_anonymous_visitor_may_log_out,
    next_is_followed_to_this_site_only,
    a_path_beyond_ascii_is_redirected_to_a_location_in_ascii
);
