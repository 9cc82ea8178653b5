//! Forms that change and delete rows.

use diesel::prelude::*;
use nuages_test::{Client, Kind, TestSite, on_both};

use crate::library::{Book, LIBRARY, Shelf, library_book, library_shelf};

struct Setting {
    site: TestSite,
    client: Client,
    book: Book,
    shelf: Shelf,
}

fn setting(kind: Kind) -> Setting {
    let site = TestSite::on(kind, &LIBRARY);
    let ann = site.user("ann");
    let client = site.client();
    client.force_login(&ann);
    let shelf = site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let book = site.create::<Book>(|row| {
        row.set(library_book::title, "Moby Dick")
            .set(library_book::notes, "wet")
            .set(library_book::owner_id, ann.id)
            .set(library_book::shelf_id, shelf.id)
    });
    Setting {
        site,
        client,
        book,
        shelf,
    }
}

fn stored(setting: &Setting) -> (String, String) {
    let id = setting.book.id;
    setting.site.db(|conn| {
        let row = library_book::table.find(id);
        Ok(row
            .select((library_book::title, library_book::notes))
            .first(conn)?)
    })
}

fn changes_of_two_people_are_both_kept(kind: Kind) {
    let setting = setting(kind);
    let url = format!("/{}/edit/", setting.book.id);
    let (one, two) = (setting.client.get(&url), setting.client.get(&url));
    assert_eq!(one.form("form.form").value("title"), "Moby Dick");

    one.form("form.form")
        .set("title", "The Whale")
        .submit()
        .assert_redirects(&url);
    two.form("form.form")
        .set("notes", "salty")
        .submit()
        .assert_redirects(&url);
    assert_eq!(
        stored(&setting),
        ("The Whale".to_owned(), "salty".to_owned())
    );
}

on_both!(changes_of_two_people_are_both_kept);

fn a_change_that_would_overwrite_another_is_refused(kind: Kind) {
    let setting = setting(kind);
    let url = format!("/{}/edit/", setting.book.id);
    let (one, two) = (setting.client.get(&url), setting.client.get(&url));

    one.form("form.form")
        .set("title", "The Whale")
        .submit()
        .assert_redirects(&url);
    let again = two.form("form.form").set("title", "Ahab").submit();
    again
        .assert_status(200)
        .assert_contains("Somebody else has changed this field since you opened the page.");
    assert_eq!(stored(&setting).0, "The Whale");

    again.form("form.form").submit().assert_redirects(&url);
    assert_eq!(
        stored(&setting).0,
        "Ahab",
        "the second time the person has seen both"
    );
}

on_both!(a_change_that_would_overwrite_another_is_refused);

fn a_row_that_does_not_exist_is_not_found(kind: Kind) {
    let setting = setting(kind);
    for path in [
        "/999/edit/",
        "/999/delete/",
        "/x/edit/",
        "/99999999999999999999/edit/",
    ] {
        setting.client.get(path).assert_status(404);
    }
}

on_both!(a_row_that_does_not_exist_is_not_found);

fn a_row_is_deleted_after_a_question(kind: Kind) {
    let setting = setting(kind);
    let count = || -> i64 {
        setting
            .site
            .db(|conn| Ok(library_book::table.count().get_result(conn)?))
    };
    let page = setting.client.get(&format!("/{}/delete/", setting.book.id));
    page.assert_contains("Moby Dick");
    assert_eq!(count(), 1, "the question deletes nothing");
    page.form("form.form").submit().assert_redirects("/");
    assert_eq!(count(), 0);
}

on_both!(a_row_is_deleted_after_a_question);

fn a_protected_row_is_not_deleted(kind: Kind) {
    let setting = setting(kind);
    let page = setting
        .client
        .get(&format!("/shelves/{}/delete/", setting.shelf.id));
    let again = page.form("form.form").submit();
    again
        .assert_status(200)
        .assert_contains("The shelf “Left” cannot be deleted: 1 book refers to it.");
    let shelves: i64 = setting
        .site
        .db(|conn| Ok(library_shelf::table.count().get_result(conn)?));
    assert_eq!(shelves, 1);
}

on_both!(a_protected_row_is_not_deleted);
