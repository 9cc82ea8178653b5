//! Builds and uses the blog of `docs/tutorial.md`, and checks that the tutorial shows its code.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]
#[macro_use]
#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests of the shop need more")]
mod support;

#[expect(
    dead_code,
    reason = "the support of the tests needs the shop's apps, not its pages"
)]
#[path = "../../src/shop/mod.rs"]
mod shop;

#[path = "../../examples/blog/main.rs"]
#[expect(
    dead_code,
    reason = "the program's `main` and what only the admin reads"
)]
mod blog;

mod staff;

use std::fs;

use diesel::connection::SimpleConnection as _;
use nuages::commands::migrate;

use blog::BLOG;
use support::{ALICE, BOB, Database, Kind, TestSite};

/// Creates an empty blog; Alice and Bob have accounts.
fn blog_site(kind: Kind) -> TestSite {
    let database = Database::empty(kind);
    let conn = &mut database.connect();
    migrate::apply(conn, &BLOG).unwrap();
    for persona in [&ALICE, &BOB] {
        persona.save(conn);
    }
    TestSite::for_project(database, &[], &BLOG)
}

fn the_database_is_migrated_once(kind: Kind) {
    let site = blog_site(kind);
    let (applied, rows) = migrate::apply(&mut site.connect(), &BLOG).unwrap();
    assert!(applied.is_empty() && rows == 0);
    // The shop's tables are not part of the blog.
    assert!(
        site.connect()
            .batch_execute("SELECT 1 FROM catalog_product")
            .is_err()
    );
}

on_both!(the_database_is_migrated_once);

const PARTS: [&str; 5] = ["schema", "models", "admin", "desk", "main"];

fn part(name: &str) -> String {
    fs::read_to_string(format!("examples/blog/{name}.rs")).unwrap()
}

/// Counts the lines from those that begin with `begins` to the closing `}`.
fn lines_of(text: &str, begins: &str) -> usize {
    let mut count = 0;
    let mut inside = false;
    for line in text.lines() {
        inside |= line.starts_with(begins);
        count += usize::from(inside && !line.trim().is_empty());
        inside &= line != "}";
    }
    count
}

#[test]
fn fewer_than_fifty_lines_describe_the_models_and_their_admin() {
    let described = lines_of(&part("models"), "impl Model for");
    let registered = lines_of(&part("admin"), "pub(crate) fn register");
    assert!(described > 20 && registered > 5);
    assert!(described + registered < 50, "{described} + {registered}");
}

#[test]
fn the_text_shows_the_files_as_they_are() {
    let text = fs::read_to_string("docs/tutorial.md").unwrap();
    let files: String = PARTS.iter().map(|name| part(name)).collect();
    let sql =
        fs::read_to_string("examples/blog/migrations/sqlite/blog_0001_initial/up.sql").unwrap();
    let mut shown = 0;
    for block in text.split("\n```").skip(1).step_by(2) {
        let (kind, code) = block.split_once('\n').unwrap();
        match kind {
            "rust" => assert!(files.contains(code), "no file of the blog holds:\n{code}"),
            "sql" => assert!(sql.contains(code), "the migration does not hold:\n{code}"),
            _ => continue,
        }
        shown += code.lines().count();
    }
    assert!(shown > 80, "{shown} lines are shown");
}
