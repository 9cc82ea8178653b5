//! Pages and forms for visitors (`nuages::views`), on both databases.

mod form_sets;
mod forms;
#[path = "../../examples/hello.rs"]
#[expect(dead_code, reason = "the program's `main`")]
mod hello;
mod hello_world;
mod library;
mod lists;
mod updates;

/// Returns the blocks of Rust in a document.
fn blocks(document: &str) -> impl Iterator<Item = &str> {
    let blocks = document.split("```rust\n").skip(1);
    blocks.filter_map(|block| block.split("```").next())
}

#[test]
fn the_document_about_pages_shows_parts_of_these_tests() {
    let code = include_str!("library.rs");
    for block in blocks(include_str!("../../docs/pages.md")) {
        assert!(
            code.contains(block),
            "tests/visitors/library.rs does not contain this block of docs/pages.md:\n{block}"
        );
    }
}

#[test]
fn the_guide_shows_parts_of_files_that_are_tested() {
    let code = [
        include_str!("library.rs"),
        include_str!("../../templates/start/project/src/main.rs-tpl"),
        include_str!("../../templates/start/project/src/tests.rs-tpl"),
        include_str!("../../templates/start/project/src/notes/admin.rs-tpl"),
        include_str!("../../templates/start/project/src/notes/urls.rs-tpl"),
        include_str!("../../templates/start/project/src/notes/views.rs-tpl"),
    ]
    .concat();
    for block in blocks(include_str!("../../docs/guide.md")) {
        assert!(
            code.contains(block),
            "no tested file contains this block of docs/guide.md:\n{block}"
        );
    }
}
