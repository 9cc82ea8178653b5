//! The crate `nuages-test`: sites, clients, forms, mail, the clock and factories, as authors use them.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails if a value is missing or an error occurs"
)]

#[path = "../../src/shop/mod.rs"]
mod shop;

#[path = "../../examples/blog/main.rs"]
#[expect(
    dead_code,
    reason = "the program's `main` and what only the admin reads"
)]
mod blog;

mod echo;
mod forms;
mod rows;
mod sites;
mod time_and_mail;

#[test]
fn the_document_shows_parts_of_these_tests() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let code: String = ["sites", "forms", "rows"]
        .map(|name| read(&format!("tests/testing/{name}.rs")))
        .concat();
    let text = read("docs/testing.md");
    let blocks = text.split("```rust\n").skip(1);
    let blocks: Vec<&str> = blocks
        .filter_map(|block| block.split("```").next())
        .collect();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        assert!(
            code.contains(block),
            "no file of tests/testing contains:\n{block}"
        );
    }
}
