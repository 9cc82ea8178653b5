//! Pages in the cache, and who sees them.

use chrono::TimeDelta;
use nuages_test::{Client, Kind, TestSite, on_both};

use crate::{in_memory, with_table};

/// Returns the body of a page, which must be there.
fn body(client: &Client, path: &str) -> String {
    client.get(path).assert_status(200).source()
}

/// Whether two requests in a row get the same page.
fn is_kept(client: &Client, path: &str) -> bool {
    body(client, path) == body(client, path)
}

fn sites(kind: Kind) -> [TestSite; 2] {
    [in_memory(kind), with_table(kind)]
}

fn a_page_is_kept_until_its_timeout(kind: Kind) {
    for site in sites(kind) {
        site.clock().set("2026-11-30T12:00:00Z");
        let client = site.client();
        let first = client.get("/plain/");
        assert_eq!(first.header("cache-control"), "max-age=60");
        assert_eq!(first.header("expires"), "Mon, 30 Nov 2026 12:01:00 GMT");
        assert_eq!(body(&site.client(), "/plain/"), first.source());
        assert_ne!(
            body(&client, "/plain/?page=2"),
            first.source(),
            "another query"
        );

        site.clock().advance(TimeDelta::seconds(59));
        let kept = client.get("/plain/");
        assert_eq!((kept.source(), kept.header("age")), (first.source(), "59"));
        site.clock().advance(TimeDelta::seconds(2));
        assert_ne!(body(&client, "/plain/"), first.source());
    }
}

fn two_users_never_see_each_others_page(kind: Kind) {
    for site in sites(kind) {
        let (ann, bob, visitor) = (site.client(), site.client(), site.client());
        ann.force_login(&site.user("ann"));
        bob.force_login(&site.user("bob"));
        for path in ["/who/", "/members/"] {
            for _ in 0..3 {
                assert!(body(&ann, path).starts_with("ann "), "{path}");
                assert!(body(&bob, path).starts_with("bob "), "{path}");
            }
            assert!(is_kept(&ann, path) && is_kept(&bob, path), "{path}");
        }
        assert!(body(&visitor, "/who/").starts_with("nobody "));
        visitor.get("/members/").assert_status(302);

        let page = ann.get("/who/");
        assert_eq!(page.header("cache-control"), "private, max-age=60");
        assert!(
            page.headers("vary").contains(&"Cookie"),
            "{:?}",
            page.headers("vary")
        );
        // Another login in the same browser.
        ann.logout();
        assert!(body(&ann, "/who/").starts_with("nobody "));
    }
}

fn a_page_that_is_first_made_for_a_visitor_is_not_shown_to_a_user(kind: Kind) {
    for site in sites(kind) {
        assert!(body(&site.client(), "/who/").starts_with("nobody "));
        let ann = site.client();
        ann.force_login(&site.user("ann"));
        assert!(body(&ann, "/who/").starts_with("ann "));
        assert!(body(&site.client(), "/who/").starts_with("nobody "));
    }
}

fn pages_of_one_visitor_are_not_kept(kind: Kind) {
    for site in sites(kind) {
        let client = site.client();
        for path in ["/form/", "/cookie/", "/own/", "/greeting/"] {
            assert!(!is_kept(&client, path), "{path}");
        }
        client.get("/missing/").assert_status(404);
        let authorized = client.with_header("Authorization", "Basic YTpi");
        assert!(!is_kept(&authorized, "/plain/"));
    }
}

fn a_page_is_kept_for_each_value_of_the_headers_in_vary(kind: Kind) {
    for site in sites(kind) {
        let [german, french] =
            ["de", "fr"].map(|language| site.client().with_header("Accept-Language", language));
        let (first, second) = (body(&german, "/language/"), body(&french, "/language/"));
        assert_ne!(first, second);
        assert_eq!(body(&german, "/language/"), first);
        assert_eq!(body(&french, "/language/"), second);
    }
}

fn a_page_is_made_once_for_many_requests_at_the_same_time(kind: Kind) {
    for site in sites(kind) {
        for path in ["/slow/", "/expensive/"] {
            let texts: Vec<String> = std::thread::scope(|scope| {
                let ask = || body(&site.client(), path);
                let asking: Vec<_> = (0..6).map(|_| scope.spawn(ask)).collect();
                asking
                    .into_iter()
                    .map(|asking| asking.join().unwrap())
                    .collect()
            });
            assert!(
                texts.iter().all(|text| *text == texts[0]),
                "{path}: {texts:?}"
            );
        }
    }
}

#[test]
fn a_page_is_shown_although_the_table_of_the_cache_is_missing() {
    let site = TestSite::with_settings(
        Kind::Sqlite,
        &crate::site::CACHED,
        &[("CACHE_URL", "dbcache://not_created")],
    );
    assert!(!is_kept(&site.client(), "/plain/"));
}

on_both!(
    a_page_is_kept_until_its_timeout,
    two_users_never_see_each_others_page,
    a_page_that_is_first_made_for_a_visitor_is_not_shown_to_a_user,
    pages_of_one_visitor_are_not_kept,
    a_page_is_kept_for_each_value_of_the_headers_in_vary,
    a_page_is_made_once_for_many_requests_at_the_same_time,
);
