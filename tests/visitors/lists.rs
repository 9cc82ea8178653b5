//! Lists in pages.

use nuages::models::Model as _;
use nuages_test::{Kind, TestSite, on_both};

use crate::library::{Book, LIBRARY, Shelf, library_book};

/// Creates `count` books of one owner on one shelf.
fn books(site: &TestSite, owner: i32, count: usize) {
    let shelf = site.create::<Shelf>(|row| row);
    for number in 0..count {
        site.create::<Book>(|row| {
            row.set(library_book::title, format!("Book {number:02}"))
                .set(library_book::owner_id, owner)
                .set(library_book::shelf_id, shelf.id)
        });
    }
}

fn a_list_shows_the_requested_page(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let ann = site.user("ann");
    books(&site, ann.id, 25);
    let client = site.client();

    let first = client.get("/?kept=a%26b");
    assert_eq!(first.texts("h2").len(), 10, "the books on the first page");
    let edit = first.attributes("main a", "href");
    assert!(
        edit.iter().any(|url| url.ends_with("/edit/")),
        "a template takes the address of a row from a reference: {edit:?}"
    );
    let next = first.attributes("a[rel=next]", "href");
    assert_eq!(
        next,
        ["?kept=a%26b&page=2"],
        "the link keeps other parameters"
    );

    for (query, titles) in [
        ("?page=3", "Book 20"),
        ("?page=99", "Book 20"),
        ("?page=0", "Book 20"),
        ("?page=many", "Book 00"),
        ("", "Book 00"),
    ] {
        let page = client.get(&format!("/{query}"));
        let shown = page.texts("h2");
        assert_eq!(
            shown.first().map(String::as_str),
            Some(titles),
            "the page {query:?}"
        );
    }
}

on_both!(a_list_shows_the_requested_page);

fn a_diesel_query_is_split_into_pages(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let (ann, bob) = (site.user("ann"), site.user("bob"));
    books(&site, ann.id, 45);
    let client = site.client();

    client
        .get("/mine/")
        .assert_redirects("/accounts/login/?next=/mine/");
    client.force_login(&ann);
    assert_eq!(client.get("/mine/?page=3").texts("h2").len(), 5);
    client.force_login(&bob);
    client.get("/mine/").assert_contains("No books.");
}

on_both!(a_diesel_query_is_split_into_pages);

fn a_text_from_a_visitor_is_escaped(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let ann = site.user("ann");
    let shelf = site.create::<Shelf>(|row| row);
    site.create::<Book>(|row| {
        row.set(library_book::title, "<b>bold</b>")
            .set(library_book::notes, "one\n<script>alert(1)</script>")
            .set(library_book::owner_id, ann.id)
            .set(library_book::shelf_id, shelf.id)
    });

    let page = site.client().get("/");
    assert_eq!(page.texts("h2"), ["<b>bold</b>"]);
    assert!(page.texts(".notes script").is_empty(), "{}", page.source());
    assert_eq!(page.texts(".notes p").len(), 1, "{}", page.source());
}

on_both!(a_text_from_a_visitor_is_escaped);

#[test]
fn a_form_without_a_table_is_not_a_model_of_the_site() {
    let labels: Vec<String> = nuages::models::all()
        .iter()
        .map(|model| model.label())
        .collect();
    assert!(
        !labels.contains(&crate::library::Question::meta().label()),
        "{labels:?}"
    );
}

#[test]
fn a_site_replaces_parts_of_the_frame_of_the_admin() {
    let site = TestSite::new(&LIBRARY);
    let client = site.client();
    client.force_login(&site.superuser("admin"));
    let page = client.get("/admin/library/book/");
    assert_eq!(
        page.texts("a.brand"),
        ["The library: Select book to change"]
    );
    assert_eq!(page.texts("footer"), ["Open from 9 to 5"]);
    assert_eq!(
        page.attributes(".tools a", "href")
            .first()
            .map(String::as_str),
        Some("/help/")
    );
}
