//! The parts of Nuages that a site adds to or replaces: middleware, settings and authentication backends.

mod backends;
mod middleware;
mod settings;

use nuages::admin::AdminSite;

/// Registers users and groups.
fn register(site: AdminSite) -> AdminSite {
    nuages::accounts::admin::register(site)
}

#[test]
fn the_document_shows_the_code_of_these_tests() {
    let files: String = ["backends", "middleware", "settings"]
        .map(|name| std::fs::read_to_string(format!("tests/it/replaced/{name}.rs")).unwrap())
        .concat();
    let document = std::fs::read_to_string("docs/extending.md").unwrap();
    let mut shown = 0;
    for block in document.split("\n```rust\n").skip(1) {
        let code = block.split("\n```").next().unwrap();
        assert!(files.contains(code), "no file has:\n{code}");
        shown += code.lines().count();
    }
    assert!(shown > 30, "{shown} lines are shown");
}
