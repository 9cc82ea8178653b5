//! Forms that are sent after their session has ended, and are shown again after the login.

use diesel::prelude::*;
use nuages::db::Timestamp;
use nuages::schema::{auth_user, auth_user_user_permissions, nuages_kept_form};

use super::{SHEET, SHEETS, lab, lab_sheet, stored};
use crate::support::{ALICE, BOB, Client, Form, Kind, TestSite, product};

const ADD: &str = "/admin/lab/sheet/add/";
const COMES_BACK: &str = "What you typed comes back after you log in here.";
const NOT_SAVED: &str = "You were logged out before this was saved. Nothing has been saved yet";

/// Returns the first sheet's form with another title, and then ends all sessions of the site.
fn typed(site: &TestSite, client: &Client) -> Form {
    let form = client.form(SHEET, "title").set("title", "Typed");
    site.end_sessions();
    form
}

fn make_superuser(site: &TestSite, username: &str) {
    let user = auth_user::table.filter(auth_user::username.eq(username));
    diesel::update(user)
        .set(auth_user::is_superuser.eq(true))
        .execute(&mut site.connect())
        .unwrap();
}

fn the_login_page_says_that_nothing_was_saved(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let change = alice.form(SHEET, "title").set("title", "New");
    let list = alice
        .form(SHEETS, "form-0-price")
        .set("form-0-price", "7.5");
    let before = stored(&site, "lab_sheet");
    site.end_sessions();
    for form in [change, list] {
        let reply = alice.submit(&form, "_save");
        assert!(
            reply.header("location").starts_with("/admin/login/"),
            "{}",
            reply.header("location")
        );
        let words = alice.follow(&reply).words();
        assert!(
            words.contains("nothing was saved") && words.contains(COMES_BACK),
            "{words}"
        );
    }
    assert_eq!(stored(&site, "lab_sheet"), before);
}

fn a_change_form_with_its_rows_comes_back_as_typed_and_is_saved_only_then(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "Typed")
        .set("price", "many")
        .set("lines-1-text", "A line");
    let (sheets, token) = (
        stored(&site, "lab_sheet"),
        form.value("csrfmiddlewaretoken"),
    );
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    assert!(
        page.words().contains(NOT_SAVED),
        "the page says that nothing was saved: {}",
        page.words()
    );
    assert!(
        !page.words().contains("Please correct"),
        "nothing was looked at yet: {}",
        page.words()
    );
    let form = page.form(SHEET, "title");
    let values = ["title", "price", "lines-1-text", "lines-0-text"].map(|name| form.value(name));
    assert_eq!(
        values,
        ["Typed", "many", "A line", ""],
        "every field is as it was typed"
    );
    assert_ne!(
        form.value("csrfmiddlewaretoken"),
        token,
        "the login made a new token"
    );
    assert_eq!(
        stored(&site, "lab_sheet"),
        sheets,
        "nothing was saved by itself"
    );
    assert_eq!(
        stored(&site, "lab_line"),
        Vec::<String>::new(),
        "nothing was saved by itself"
    );

    assert_eq!(
        alice
            .submit(&form.clone().set("price", "5"), "_save")
            .status,
        302,
        "the form can be saved now"
    );
    assert!(
        stored(&site, "lab_sheet")[0].contains("Typed"),
        "{:?}",
        stored(&site, "lab_sheet")
    );
    assert!(
        stored(&site, "lab_line")[0].contains("A line"),
        "{:?}",
        stored(&site, "lab_line")
    );
    let page = alice.get(SHEET);
    assert!(
        !page.words().contains(NOT_SAVED),
        "the form comes back once: {}",
        page.words()
    );
}

fn an_add_form_comes_back_and_adds_one_row(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(ADD, "title")
        .set("title", "Second")
        .set("lines-0-text", "A line");
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    assert!(page.words().contains(NOT_SAVED), "{}", page.words());
    assert_eq!(
        stored(&site, "lab_sheet").len(),
        1,
        "nothing was added by itself"
    );
    let form = page.form(ADD, "title");
    assert_eq!(
        [form.value("title"), form.value("lines-0-text")],
        ["Second", "A line"]
    );
    assert_eq!(alice.submit(&form, "_save").status, 302);
    assert_eq!(
        (
            stored(&site, "lab_sheet").len(),
            stored(&site, "lab_line").len()
        ),
        (2, 1)
    );
}

fn save_as_new_is_kept_over_the_login(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = typed(&site, &alice);

    let page = alice.follow(&alice.submit_and_log_in(&form, "_saveasnew", &ALICE));

    let form = page.form(SHEET, "title");
    assert!(
        form.has("_saveasnew") && !form.has("_addanother"),
        "{}",
        page.words()
    );
    assert_eq!(alice.submit(&form, "_saveasnew").status, 302);
    let sheets = stored(&site, "lab_sheet");
    assert!(
        sheets[0].contains("First") && sheets[1].contains("Typed"),
        "{sheets:?}"
    );
}

fn a_list_comes_back_with_its_edited_cells(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEETS, "form-0-price")
        .set("form-0-price", "7.5")
        .set("form-0-state", "shut");
    let before = stored(&site, "lab_sheet");
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    assert!(page.words().contains(NOT_SAVED), "{}", page.words());
    assert_eq!(
        stored(&site, "lab_sheet"),
        before,
        "nothing was saved by itself"
    );
    let form = page.form(SHEETS, "form-0-price");
    assert_eq!(
        [form.value("form-0-price"), form.value("form-0-state")],
        ["7.5", "shut"]
    );
    assert_eq!(alice.submit(&form, "_save").status, 302);
    assert!(
        stored(&site, "lab_sheet")[0].contains("shut"),
        "{:?}",
        stored(&site, "lab_sheet")
    );
}

fn a_change_that_another_user_saved_meanwhile_is_kept_or_a_conflict(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let list = alice
        .form(SHEETS, "form-0-price")
        .set("form-0-state", "shut");
    let form = typed(&site, &alice);
    let theirs = (
        lab_sheet::title.eq("Theirs"),
        lab_sheet::body.eq("Their body"),
    );
    diesel::update(lab_sheet::table)
        .set(theirs)
        .execute(&mut site.connect())
        .unwrap();

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    assert!(
        page.words().contains("Someone else changed this sheet"),
        "{}",
        page.words()
    );
    let form = page.form(SHEET, "title");
    assert_eq!(
        [form.value("title"), form.value("body")],
        ["Typed", "Their body"]
    );

    diesel::update(lab_sheet::table)
        .set(lab_sheet::state.eq("gone"))
        .execute(&mut site.connect())
        .unwrap();
    site.end_sessions();
    let token = alice.token("/admin/login/");
    let list = list.set("csrfmiddlewaretoken", &token);
    let page = alice.follow(&alice.submit_and_log_in(&list, "_save", &ALICE));
    assert!(
        page.words()
            .contains("Someone else changed one of these sheets"),
        "{}",
        page.words()
    );
    assert_eq!(
        page.form(SHEETS, "form-0-state").value("form-0-state"),
        "shut"
    );
}

fn a_kept_form_is_not_shown_to_another_user_or_browser(kind: Kind) {
    let site = lab(kind, &[]);
    make_superuser(&site, "bob");
    let alice = ALICE.browser(&site);
    let form = typed(&site, &alice);

    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &BOB));
    assert!(
        !page.shows(&["Typed"]) && !page.words().contains(NOT_SAVED),
        "Bob sees the row: {}",
        page.words()
    );
    let page = ALICE.browser(&site).get(SHEET);
    assert!(
        !page.shows(&["Typed"]),
        "another browser did not send it: {}",
        page.words()
    );
    site.end_sessions();
    let page = alice.follow(&alice.log_in_at(&format!("/admin/login/?next={SHEET}"), &ALICE));
    assert!(
        page.shows(&["Typed"]) && page.words().contains(NOT_SAVED),
        "Alice is back: {}",
        page.words()
    );
}

fn a_form_of_another_user_is_not_shown_to_its_sender(kind: Kind) {
    let site = lab(kind, &[]);
    make_superuser(&site, "bob");
    let (alice, bob) = (ALICE.browser(&site), BOB.browser(&site));
    let theirs = alice.form(SHEET, "title").value("_submission");
    let form = bob
        .form(SHEET, "title")
        .set("title", "Typed")
        .set("_submission", &theirs);
    let forged = form.clone().set("_submission", &format!("{theirs}x"));
    site.end_sessions();

    bob.submit(&forged, "_save");
    assert_eq!(site.kept_forms(), 0, "nobody signed this id");
    bob.submit(&form, "_save");
    assert_eq!(site.kept_forms(), 1);
    assert!(
        !ALICE.browser(&site).get(SHEET).shows(&["Typed"]),
        "nobody puts a form before another user"
    );
}

fn a_form_without_a_valid_token_is_not_kept(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = typed(&site, &alice).set("csrfmiddlewaretoken", &"x".repeat(64));
    assert_eq!(alice.submit(&form, "_save").status, 403);
    assert_eq!(site.kept_forms(), 0);
}

fn a_form_that_is_too_large_is_not_kept_and_the_login_page_says_so(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = typed(&site, &alice).set("body", &"x".repeat(300_000));

    let reply = alice.submit(&form, "_save");

    let words = alice.follow(&reply).words();
    assert!(
        words.contains("nothing was saved") && !words.contains(COMES_BACK),
        "{words}"
    );
    let page = alice.follow(&alice.log_in_at(reply.header("location"), &ALICE));
    assert!(!page.words().contains(NOT_SAVED), "{}", page.words());
    assert_eq!(page.form(SHEET, "title").value("title"), "First");
}

fn kept_forms_are_few_short_lived_and_sealed(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = typed(&site, &alice);
    for number in 0..7 {
        let mut form = form.clone();
        form.action = format!("{SHEET}?number={number}");
        alice.submit(&form, "_save");
    }
    assert_eq!(
        site.kept_forms(),
        5,
        "a further form takes the place of the oldest"
    );
    let sealed: Vec<String> = nuages_kept_form::table
        .select(nuages_kept_form::sealed)
        .load(&mut site.connect())
        .unwrap();
    assert!(
        sealed.iter().all(|text| !text.contains("Typed")),
        "the table cannot be read without the key"
    );

    alice.submit(&form, "_save");
    let three_hours_ago = Timestamp::from(chrono::Utc::now() - chrono::TimeDelta::hours(3));
    let made_at = nuages_kept_form::made_at.eq(three_hours_ago);
    diesel::update(nuages_kept_form::table)
        .set(made_at)
        .execute(&mut site.connect())
        .unwrap();
    let page = alice.follow(&alice.log_in_at(&format!("/admin/login/?next={SHEET}"), &ALICE));
    assert!(
        !page.words().contains(NOT_SAVED),
        "the form is too old: {}",
        page.words()
    );
    let done = site.database.nuages(&["clearsessions"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert_eq!(
        site.kept_forms(),
        0,
        "clearsessions deletes what is too old"
    );
}

fn a_user_without_the_change_permission_sees_the_stored_row(kind: Kind) {
    const PRODUCT: &str = "/admin/catalog/product/1/change/";
    let site = lab(kind, &[]);
    product("Lamp").save(&mut site.connect());
    BOB.may(&site, &["view_product", "change_product"]);
    let bob = BOB.browser(&site);
    let form = bob.form(PRODUCT, "name").set("name", "Typed");
    site.end_sessions();
    diesel::delete(auth_user_user_permissions::table)
        .execute(&mut site.connect())
        .unwrap();
    BOB.may(&site, &["view_product"]);

    let page = bob.follow(&bob.submit_and_log_in(&form, "_save", &BOB));

    assert!(
        page.shows(&["Lamp"]) && !page.shows(&["Typed"]),
        "{}",
        page.words()
    );
    assert!(!page.words().contains(NOT_SAVED), "{}", page.words());
}

fn a_row_that_was_deleted_meanwhile_is_reported(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = typed(&site, &alice);
    diesel::delete(lab_sheet::table)
        .execute(&mut site.connect())
        .unwrap();

    let reply = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));

    let words = alice.follow(&reply).words();
    assert!(
        words.contains("doesn’t exist. Perhaps it was deleted?") && !words.contains(NOT_SAVED),
        "{words}"
    );
}

on_both!(
    the_login_page_says_that_nothing_was_saved,
    a_change_form_with_its_rows_comes_back_as_typed_and_is_saved_only_then,
    an_add_form_comes_back_and_adds_one_row,
    save_as_new_is_kept_over_the_login,
    a_list_comes_back_with_its_edited_cells,
    a_change_that_another_user_saved_meanwhile_is_kept_or_a_conflict,
    a_kept_form_is_not_shown_to_another_user_or_browser,
    a_form_of_another_user_is_not_shown_to_its_sender,
    a_form_without_a_valid_token_is_not_kept,
    a_form_that_is_too_large_is_not_kept_and_the_login_page_says_so,
    kept_forms_are_few_short_lived_and_sealed,
    a_user_without_the_change_permission_sees_the_stored_row,
    a_row_that_was_deleted_meanwhile_is_reported
);
