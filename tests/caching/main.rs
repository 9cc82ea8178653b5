//! The cache: values, pages and fragments, in memory, in a table and in Redis.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]

mod django;
mod pages;
mod redis_server;
mod site;
mod values;

use nuages_test::{Kind, TestSite};

use site::CACHED;

/// Starts the site with a cache in a table of its database.
fn with_table(kind: Kind) -> TestSite {
    let site = TestSite::with_settings(kind, &CACHED, &[("CACHE_URL", "dbcache://site_cache")]);
    let text = site.command(["createcachetable"]).success();
    assert!(text.contains("site_cache"), "{text}");
    site.command(["createcachetable"]).success();
    site
}

/// Starts the site with a cache in the memory of the process.
fn in_memory(kind: Kind) -> TestSite {
    TestSite::on(kind, &CACHED)
}

#[test]
fn the_document_shows_parts_of_these_tests() {
    let code = std::fs::read_to_string("tests/caching/site.rs").unwrap();
    let text = std::fs::read_to_string("docs/caching.md").unwrap();
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        assert!(
            code.contains(block),
            "tests/caching/site.rs does not contain:\n{block}"
        );
    }
}
