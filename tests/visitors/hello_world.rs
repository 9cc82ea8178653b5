//! The site in one file, `examples/hello.rs`.

use nuages_test::{Kind, TestSite, on_both};

use diesel::prelude::*;

use crate::hello::{SITE, guestbook_entry};

#[test]
fn the_file_has_at_most_forty_lines() {
    let lines = include_str!("../../examples/hello.rs").lines().count();
    assert!(lines <= 40, "examples/hello.rs has {lines} lines");
}

fn a_visitor_signs_and_staff_see_the_entry(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let client = site.client();
    let page = client.get("/");
    page.form("form.form")
        .set("name", "Ann")
        .set("text", "Lovely <b>clouds</b>\nand rain")
        .submit()
        .assert_redirects("/");
    let page = client.get("/");
    page.assert_contains("Lovely <b>clouds</b>");
    assert!(page.texts("main b").is_empty(), "{}", page.source());

    let empty = page.form("form.form").submit();
    empty.assert_field_error("name", "This field is required.");

    client.force_login(&site.superuser("admin"));
    client
        .get("/admin/guestbook/entry/")
        .assert_status(200)
        .assert_contains("Ann");
}

on_both!(a_visitor_signs_and_staff_see_the_entry);

fn the_second_page_has_the_remaining_entries(kind: Kind) {
    let site = TestSite::on(kind, &SITE);
    let entries: Vec<_> = (0..25)
        .map(|number| {
            let name = guestbook_entry::name.eq(format!("Visitor {number}"));
            (name, guestbook_entry::text.eq(""))
        })
        .collect();
    site.db(|conn| {
        for entry in entries {
            diesel::insert_into(guestbook_entry::table)
                .values(entry)
                .execute(conn)?;
        }
        Ok(())
    });
    let page = site.client().get("/?page=2");
    assert_eq!(page.texts("h2").len(), 5);
    assert_eq!(page.texts("nav.pager p"), ["Page 2 of 2"]);
}

on_both!(the_second_page_has_the_remaining_entries);
