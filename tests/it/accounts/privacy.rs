//! Caching of pages that belong to one visitor.

use super::{PROFILE, shop, shop_with};
use crate::support::{CHARLIE, Kind, LOGIN};

fn private_pages_are_never_cached_and_vary_by_cookie(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    for path in [
        LOGIN,
        PROFILE,
        "/accounts/signup/",
        "/accounts/password_change/",
        "/accounts/password_change/done/",
        "/accounts/password_reset/",
        "/accounts/password_reset/done/",
        "/accounts/reset/MQ/x/",
        "/accounts/reset/done/",
        "/accounts/sessions/",
        "/accounts/two-factor/",
        "/accounts/two-factor/set-up/",
        "/accounts/two-factor/off/",
    ] {
        let page = client.get(path);
        assert_eq!(page.status, 200, "{path}");
        for word in [
            "max-age=0",
            "no-cache",
            "no-store",
            "must-revalidate",
            "private",
        ] {
            assert!(
                page.all("cache-control").contains(word),
                "{path}: {}",
                page.all("cache-control")
            );
        }
        assert_eq!(
            page.all("vary").matches("cookie").count(),
            1,
            "{path}: {}",
            page.all("vary")
        );
    }
    let page = client.post("/accounts/logout/", &[]);
    assert!(page.all("cache-control").contains("no-store") && page.all("vary").contains("cookie"));
}

fn pages_that_greet_the_user_vary_by_cookie(kind: Kind) {
    let site = shop(kind);
    for client in [site.client(), CHARLIE.browser(&site)] {
        for path in ["/", "/products/", "/categories/"] {
            assert!(client.get(path).all("vary").contains("cookie"), "{path}");
        }
    }
    // A page in a shared cache must not be revalidated for another visitor.
    let page = site.client().get("/");
    let greeted = CHARLIE
        .browser(&site)
        .get_with("/", &[("if-none-match", page.header("etag"))]);
    assert_eq!(greeted.status, 200);
    assert!(
        !site
            .client()
            .get("/static/shop/shop.css")
            .all("vary")
            .contains("cookie")
    );
}

fn cookies_have_the_attributes_of_the_settings(kind: Kind) {
    let site = shop_with(
        kind,
        &[
            ("SESSION_COOKIE_NAME", "sid"),
            ("SESSION_COOKIE_SECURE", "1"),
            ("SESSION_COOKIE_AGE", "60"),
            ("SESSION_COOKIE_SAMESITE", "Strict"),
            ("SESSION_COOKIE_PATH", "/accounts/"),
            ("CSRF_COOKIE_NAME", "xsrf"),
            ("CSRF_COOKIE_SECURE", "1"),
            ("CSRF_COOKIE_HTTPONLY", "1"),
        ],
    );
    let client = site.client();
    let reply = client.post(
        LOGIN,
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    for attribute in [
        "; Secure",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Path=/accounts/",
        "; Max-Age=60;",
    ] {
        assert!(
            reply.set_cookie("sid").contains(attribute),
            "{}",
            reply.set_cookie("sid")
        );
    }
    for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
        assert!(
            reply.set_cookie("xsrf").contains(attribute),
            "{}",
            reply.set_cookie("xsrf")
        );
    }
    assert_eq!(
        (reply.set_cookie("sessionid"), reply.set_cookie("csrftoken")),
        ("", "")
    );
    assert_eq!(client.get(PROFILE).status, 200);
}

fn a_session_may_end_with_the_browser(kind: Kind) {
    let site = shop_with(kind, &[("SESSION_EXPIRE_AT_BROWSER_CLOSE", "1")]);
    let reply = site.client().post(
        LOGIN,
        &[("username", "charlie"), ("password", CHARLIE.password)],
    );
    let cookie = reply.set_cookie("sessionid");
    assert!(
        !cookie.is_empty() && !cookie.contains("Max-Age") && !cookie.contains("Expires"),
        "{cookie}"
    );
}

on_both!(
    private_pages_are_never_cached_and_vary_by_cookie,
    pages_that_greet_the_user_vary_by_cookie,
    cookies_have_the_attributes_of_the_settings,
    a_session_may_end_with_the_browser
);
