//! Forms of several rows.

use diesel::prelude::*;
use nuages_test::{Client, Kind, TestSite, on_both};

use crate::library::{Book, LIBRARY, Shelf, library_book, library_shelf};

struct Setting {
    site: TestSite,
    client: Client,
    ids: Vec<i64>,
}

/// A site with the shelves "Left" and "Right".
fn setting(kind: Kind) -> Setting {
    let site = TestSite::on(kind, &LIBRARY);
    let client = site.client();
    client.force_login(&site.user("ann"));
    let ids = ["Left", "Right"].map(|name| {
        site.create::<Shelf>(|row| row.set(library_shelf::name, name))
            .id
    });
    Setting {
        site,
        client,
        ids: ids.into(),
    }
}

fn names(site: &TestSite) -> Vec<String> {
    site.db(|conn| {
        let names = library_shelf::table.select(library_shelf::name);
        Ok(names.order(library_shelf::name).load(conn)?)
    })
}

fn rows_are_changed_added_and_deleted_together(kind: Kind) {
    let setting = setting(kind);
    let page = setting.client.get("/shelves/");
    assert_eq!(page.texts("legend"), ["Left", "Right", "New"]);

    let done = page
        .form("form.form")
        .set("form-0-name", "Window")
        .tick("form-1-DELETE")
        .set("form-2-name", "Door")
        .submit();
    done.assert_redirects("/shelves/");
    done.follow().assert_contains("The shelves are saved.");
    assert_eq!(names(&setting.site), ["Door", "Window"]);

    page.form("form.form")
        .set("form-0-name", "Window")
        .tick("form-1-DELETE")
        .set("form-2-name", "Door")
        .submit()
        .assert_redirects("/shelves/");
    assert_eq!(
        names(&setting.site),
        ["Door", "Window"],
        "the same page adds nothing again"
    );
}

on_both!(rows_are_changed_added_and_deleted_together);

fn an_error_in_one_row_saves_none(kind: Kind) {
    let setting = setting(kind);
    let page = setting.client.get("/shelves/");
    let again = page
        .form("form.form")
        .set("form-0-name", "")
        .set("form-2-name", "Door")
        .submit();
    again
        .assert_status(200)
        .assert_field_error("form-0-name", "This field is required.");
    assert_eq!(names(&setting.site), ["Left", "Right"]);
    assert_eq!(again.form("form.form").value("form-2-name"), "Door");

    again
        .form("form.form")
        .set("form-0-name", "Up")
        .submit()
        .assert_redirects("/shelves/");
    assert_eq!(names(&setting.site), ["Door", "Right", "Up"]);
}

on_both!(an_error_in_one_row_saves_none);

fn rows_that_others_have_changed_are_not_overwritten(kind: Kind) {
    let setting = setting(kind);
    let (one, two) = (
        setting.client.get("/shelves/"),
        setting.client.get("/shelves/"),
    );
    one.form("form.form")
        .set("form-0-name", "Up")
        .tick("form-1-DELETE")
        .submit()
        .assert_redirects("/shelves/");

    let again = two
        .form("form.form")
        .set("form-0-name", "Down")
        .set("form-1-name", "Gone")
        .submit();
    again
        .assert_status(200)
        .assert_contains("A shelf of this page was deleted by somebody else meanwhile.")
        .assert_contains("Somebody else has changed this field since you opened the page.");
    assert_eq!(names(&setting.site), ["Up"]);
}

on_both!(rows_that_others_have_changed_are_not_overwritten);

fn a_protected_row_stays_and_too_many_forms_are_refused(kind: Kind) {
    let setting = setting(kind);
    let owner = setting.site.user("owner");
    let shelf = setting.ids[0];
    setting.site.create::<Book>(|row| {
        row.set(library_book::owner_id, owner.id)
            .set(library_book::shelf_id, shelf)
    });
    let page = setting.client.get("/shelves/");
    page.form("form.form")
        .tick("form-0-DELETE")
        .submit()
        .assert_contains("The shelf “Left” cannot be deleted, because other rows refer to it.");
    for (total, text) in [
        ("5", "Please submit at most 4 forms"),
        (
            "many",
            "ManagementForm data is missing or has been tampered with.",
        ),
    ] {
        page.form("form.form")
            .set("form-TOTAL_FORMS", total)
            .submit()
            .assert_status(200)
            .assert_contains(text);
    }
    assert_eq!(names(&setting.site), ["Left", "Right"]);
}

on_both!(a_protected_row_stays_and_too_many_forms_are_refused);

fn more_rows_need_no_more_queries(kind: Kind) {
    let setting = setting(kind);
    let count = || {
        let (page, queries) = setting.site.queries(|| setting.client.get("/shelves/"));
        page.assert_status(200);
        queries.len()
    };
    let of_two_rows = count();
    setting
        .site
        .create::<Shelf>(|row| row.set(library_shelf::name, "Up"));
    assert_eq!(
        count(),
        of_two_rows,
        "the queries of a page with three rows"
    );
}

on_both!(more_rows_need_no_more_queries);
