//! Values in each backend.

use chrono::TimeDelta;
use nuages_test::{Kind, TestSite, on_both};
use serde_json::json;

use crate::redis_server::with_redis;
use crate::site::CACHED;
use crate::{in_memory, with_table};

fn check_values(site: &TestSite) {
    let answers = site.client().get("/values/").assert_status(200).json();
    assert_eq!(
        answers,
        json!({
            "a missing key": null,
            "get after set": 1,
            "add to a key that is there": false,
            "add to a new key": true,
            "incr": 5,
            "decr": 3,
            "incr of a missing key": null,
            "another type": null,
            "incr of a text fails": true,
            "touch": true,
            "touch of a missing key": false,
            "has_key": true,
            "get_many": 2,
            "another version": null,
            "a timeout of 0": null,
            "delete": true,
            "delete again": false,
            "after delete_many": null,
            "the other": 2,
            "get_or_set twice": [7, 7],
            "a long key": 3,
            "after clear": null
        })
    );
}

fn values_are_kept_in_memory(kind: Kind) {
    check_values(&in_memory(kind));
}

fn values_are_kept_in_a_table(kind: Kind) {
    check_values(&with_table(kind));
}

fn a_full_table_discards_expired_values_and_then_those_that_expire_next(kind: Kind) {
    let settings = [("CACHE_URL", "dbcache://small"), ("CACHE_MAX_ENTRIES", "6")];
    let site = TestSite::with_settings(kind, &CACHED, &settings);
    site.command(["createcachetable"]).success();
    let client = site.client();
    let ask = |name: &str| client.get(&format!("/fragment/?name={name}")).source();
    let first: Vec<String> = (0..6).map(|number| ask(&number.to_string())).collect();
    site.clock().advance(TimeDelta::seconds(30));
    ask("new");
    // Two of six were discarded for the new one, the oldest ones.
    let again: Vec<bool> = (2..6)
        .map(|number| ask(&number.to_string()) == first[number])
        .collect();
    assert_eq!(again, [true, true, true, true]);
    assert_ne!(ask("0"), first[0]);
}

fn a_fragment_is_kept_for_its_values_and_until_it_is_deleted(kind: Kind) {
    for site in [in_memory(kind), with_table(kind)] {
        let client = site.client();
        let ask = |query: &str| client.get(&format!("/fragment/?{query}")).source();
        let (ann, bob) = (ask("name=ann"), ask("name=bob"));
        assert!(ann.starts_with("<b>ann made"), "{ann}");
        assert_ne!(ann, bob);
        assert_eq!(ask("name=ann"), ann);
        let other = ask("name=ann&delete=1");
        assert_ne!(other, ann, "after its key was deleted");
        site.clock().advance(TimeDelta::seconds(61));
        assert_ne!(ask("name=ann"), other, "after its timeout");
    }
}

#[test]
fn values_are_kept_in_redis() {
    with_redis(|url| {
        let site = TestSite::with_settings(Kind::Sqlite, &CACHED, &[("CACHE_URL", url)]);
        check_values(&site);
        let client = site.client();
        let page = client.get("/plain/").source();
        assert_eq!(client.get("/plain/").source(), page, "a page in Redis");
    });
}

#[test]
fn a_redis_url_without_the_feature_says_what_to_do() {
    if cfg!(feature = "redis") {
        return;
    }
    let started = std::panic::catch_unwind(|| {
        let settings = [("CACHE_URL", "redis://127.0.0.1:1/0")];
        TestSite::with_settings(Kind::Sqlite, &CACHED, &settings)
    });
    let message = started.unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    assert!(message.contains("features = [\"redis\"]"), "{message}");
}

on_both!(
    values_are_kept_in_memory,
    values_are_kept_in_a_table,
    a_full_table_discards_expired_values_and_then_those_that_expire_next,
    a_fragment_is_kept_for_its_values_and_until_it_is_deleted,
);
