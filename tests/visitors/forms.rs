//! Forms that add rows, and forms without a table.

use diesel::prelude::*;
use nuages_test::{Client, Kind, PageForm, Response, TestSite, on_both};

use crate::library::{
    Book, LIBRARY, Shelf, Tag, library_book, library_book_tags, library_shelf, library_tag,
};

/// The smallest file that counts as a PDF.
const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

fn reader(site: &TestSite) -> Client {
    let client = site.client();
    client.force_login(&site.user("ann"));
    client
}

fn count(site: &TestSite) -> i64 {
    site.db(|conn| Ok(library_book::table.count().get_result(conn)?))
}

fn a_valid_form_adds_a_row_with_its_links_and_file(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let shelf = site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let tag = site.create::<Tag>(|row| row.set(library_tag::word, "sea"));
    let client = reader(&site);

    let page = client.get("/new/");
    let form = page.form("form.form");
    assert!(
        !form.has("owner"),
        "a value that the view sets is not a field"
    );
    assert_eq!(form.value("pages"), "100", "the initial value");
    assert_eq!(form.value("kind"), "novel", "the default");
    let done = form
        .set("title", "Moby Dick")
        .set("read_on", "2026-11-07")
        .set("shelf", "Left")
        .choose("tags", &[&tag.id.to_string()])
        .upload("excerpt", "whale.pdf", PDF)
        .submit();
    done.assert_redirects("/mine/");
    done.follow()
        .assert_contains("The book is on its shelf.")
        .assert_contains("7 November 2026");

    let book: Book = site.db(|conn| Ok(library_book::table.first(conn)?));
    assert_eq!(
        (book.title.as_str(), book.pages, book.shelf_id),
        ("Moby Dick", 100, shelf.id)
    );
    assert_eq!(
        book.notes, "Moby Dick: 100 pages",
        "after_save has changed the row"
    );
    assert!(book.excerpt.starts_with("books/whale"), "{}", book.excerpt);
    client
        .get(&format!("/media/{}", book.excerpt))
        .assert_status(200);
    let linked: Vec<i64> = site.db(|conn| {
        Ok(library_book_tags::table
            .select(library_book_tags::tag_id)
            .load(conn)?)
    });
    assert_eq!(linked, [tag.id]);
}

on_both!(a_valid_form_adds_a_row_with_its_links_and_file);

fn a_form_with_errors_keeps_what_was_typed(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let client = reader(&site);
    let page = client.get("/new/");
    let again = page
        .form("form.form")
        .set("title", "<Moby>")
        .set("pages", "0")
        .set("shelf", "Left")
        .upload("excerpt", "whale.pdf", PDF)
        .submit();

    again
        .assert_status(200)
        .assert_field_error("pages", "Ensure this value is greater than or equal to 1.")
        .assert_contains("Please correct the marked fields below.");
    let form = again.form("form.form");
    assert_eq!(
        (form.value("title"), form.value("pages")),
        ("<Moby>".into(), "0".into())
    );
    assert_eq!(count(&site), 0);

    let done = form.set("pages", "7").submit();
    done.assert_redirects("/mine/");
    let book: Book = site.db(|conn| Ok(library_book::table.first(conn)?));
    assert!(
        book.excerpt.starts_with("books/whale"),
        "the file was kept: {:?}",
        book.excerpt
    );
}

on_both!(a_form_with_errors_keeps_what_was_typed);

fn the_rules_of_the_view_and_of_the_database_are_checked(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let shelf = site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let client = reader(&site);
    let ann = site.user("owner");
    site.create::<Book>(|row| {
        row.set(library_book::title, "Taken")
            .set(library_book::owner_id, ann.id)
            .set(library_book::shelf_id, shelf.id)
    });

    let page = client.get("/new/");
    let filled = |title: &str| {
        page.form("form.form")
            .set("title", title)
            .set("shelf", "Left")
    };
    filled("Odes")
        .set("kind", "poems")
        .set("pages", "600")
        .submit()
        .assert_field_error("pages", "Nobody reads so many poems.");
    filled("Taken")
        .submit()
        .assert_field_error("title", "Book with this Title already exists.");
    filled("Web page")
        .upload("excerpt", "a.html", "<script>alert(1)</script>")
        .submit()
        .assert_status(200)
        .assert_not_contains("The book is on its shelf.");
    filled("Large")
        .upload("excerpt", "a.pdf", [PDF, &"x".repeat(1000)].concat())
        .submit()
        .assert_field_error(
            "excerpt",
            "The file is too large: 1 KB. At most 1000 bytes are allowed.",
        );

    let forged = [
        (
            "csrfmiddlewaretoken",
            &*page.form("form.form").value("csrfmiddlewaretoken"),
        ),
        ("title", "Forged"),
        ("pages", "3"),
        ("kind", "map"),
        ("shelf", "999"),
        ("owner", "1"),
    ];
    client
        .post("/new/", &forged)
        .assert_status(200)
        .assert_contains("Select a valid choice. map is not one of the available choices.")
        .assert_contains("Select a valid choice. That choice is not one of the available choices.");
    assert_eq!(count(&site), 1);
}

on_both!(the_rules_of_the_view_and_of_the_database_are_checked);

fn a_page_that_is_sent_twice_adds_one_row(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let client = reader(&site);
    let page = client.get("/new/");
    let send = |title: &str| {
        page.form("form.form")
            .set("title", title)
            .set("shelf", "Left")
            .submit()
    };

    send("Twice").assert_redirects("/mine/");
    send("Twice").assert_redirects("/mine/");
    assert_eq!(count(&site), 1, "the same page adds nothing again");
    send("Other")
        .assert_status(200)
        .assert_contains("This page was already saved");
    assert_eq!(count(&site), 1);
}

on_both!(a_page_that_is_sent_twice_adds_one_row);

fn a_visitor_without_a_login_can_add_a_row(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let client = site.client();
    let page = client.get("/note/");
    page.form("form.form")
        .set("word", "wind")
        .submit()
        .assert_redirects("/");
    let words: Vec<String> =
        site.db(|conn| Ok(library_tag::table.select(library_tag::word).load(conn)?));
    assert_eq!(words, ["wind"]);
}

on_both!(a_visitor_without_a_login_can_add_a_row);

/// Returns the form of a gift, filled in by a reader who is known.
fn gift(page: &Response) -> PageForm {
    page.form("form.form")
        .set("title", "Walden")
        .set("pages", "300")
        .set("email", "ann@example.com")
        .set("place", "Left")
        .upload("letter", "letter.pdf", PDF)
}

fn fields_that_the_model_does_not_have_are_sent_with_the_row(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    let shelf = site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let ann = site.user("ann");
    let client = site.client();

    let page = gift(&client.get("/give/"))
        .set("title", "")
        .set("email", "ann@")
        .submit();
    page.assert_field_error("title", "This field is required.")
        .assert_field_error("email", "Enter a valid email address.");
    assert_eq!(count(&site), 0, "nothing was saved");
    let again = page.form("form.form");
    assert_eq!(again.value("email"), "ann@");

    let form = again.set("title", "Walden").set("email", "ann@example.com");
    form.submit().assert_redirects("/");
    let book: Book =
        site.db(|conn| Ok(library_book::table.select(Book::as_select()).first(conn)?));
    assert_eq!(
        (book.owner_id, book.shelf_id, book.pages),
        (ann.id, shelf.id, 300)
    );
    assert!(book.notes.starts_with("letters/letter"), "{}", book.notes);
    let letter = site.client();
    letter.force_login(&site.superuser("root"));
    let letter = letter.get(&format!("/media/{}", book.notes));
    assert_eq!(letter.bytes(), PDF.as_bytes(), "the file was stored");
}

on_both!(fields_that_the_model_does_not_have_are_sent_with_the_row);

fn a_row_is_not_saved_if_its_further_fields_are_refused(kind: Kind) {
    let site = TestSite::on(kind, &LIBRARY);
    site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    site.user("ann");
    let client = site.client();

    let forged = [
        ("title", "Walden"),
        ("pages", "3"),
        ("email", "ann@example.com"),
        ("place", "999"),
    ];
    client
        .post("/give/", &forged)
        .assert_contains("Select a valid choice. That choice is not one of the available choices.");
    gift(&client.get("/give/"))
        .set("email", "nobody@example.com")
        .submit()
        .assert_status(404);
    assert_eq!(count(&site), 0, "the transaction was rolled back");

    let page = client.get("/give/");
    gift(&page).submit().assert_redirects("/");
    gift(&page).submit().assert_redirects("/");
    assert_eq!(count(&site), 1, "a page that is sent twice adds one row");
}

on_both!(a_row_is_not_saved_if_its_further_fields_are_refused);

fn a_form_without_a_table_has_every_control_and_is_validated(kind: Kind) {
    let site = TestSite::with_settings(kind, &LIBRARY, &[("TIME_ZONE", "Europe/Paris")]);
    let shelf = site.create::<Shelf>(|row| row.set(library_shelf::name, "Left"));
    let client = site.client();
    let page = client.get("/ask/");
    let kinds = page.attributes("form.form [name]", "type");
    for kind in [
        "text", "email", "radio", "date", "time", "checkbox", "hidden", "password",
    ] {
        assert!(
            kinds.iter().any(|shown| shown == kind),
            "an input of the type {kind} in {kinds:?}"
        );
    }
    assert_eq!(page.attributes("form.form textarea", "name"), ["text"]);

    let empty = page.form("form.form").submit();
    for name in ["name", "email", "topic", "day", "at", "copies", "text"] {
        empty.assert_field_error(name, "This field is required.");
    }

    let forged = [("name", "Ann"), ("shelf", "999")];
    client
        .post("/ask/", &forged)
        .assert_contains("Select a valid choice. That choice is not one of the available choices.");

    let filled = || {
        page.form("form.form")
            .set("name", "Ann")
            .set("email", "ann@example.com")
            .set("topic", "loan")
            .set("day", "2026-12-24")
            .set("at", "18:30")
            .set("call_0", "2026-12-25")
            .set("call_1", "09:00")
            .set("copies", "2")
            .tick("is_urgent")
            .set("shelf", "Left")
            .set("pin", "secret")
            .set("text", "Is it open?")
    };
    filled()
        .set("email", "ann@")
        .submit()
        .assert_field_error("email", "Enter a valid email address.")
        .assert_not_contains("secret");
    assert!(site.mailbox().is_empty(), "a refused form sends no mail");
    let sent = filled().submit();
    sent.assert_status(200);
    assert_eq!(site.mailbox()[0].subject, "A question of Ann");
    for part in [
        "name: \"Ann\"".to_owned(),
        "day: 2026-12-24".to_owned(),
        "copies: 2".to_owned(),
        "is_urgent: true".to_owned(),
        format!("shelf_id: Some({})", shelf.id),
        "pin: \"secret\"".to_owned(),
        "source: \"form\"".to_owned(),
        "2026-12-25T08:00:00".to_owned(),
    ] {
        assert!(sent.source().contains(&part), "{part} in {}", sent.source());
    }
}

on_both!(a_form_without_a_table_has_every_control_and_is_validated);
