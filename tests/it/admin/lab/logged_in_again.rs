//! Forms whose CSRF token became invalid because their user logged in again in another tab.

use super::{SHEET, SHEETS, lab, stored};
use crate::support::{ALICE, BOB, Client, Form, Kind, Reply, TestSite};

const PROFILE: &str = "/accounts/profile/";
const ADD: &str = "/admin/lab/sheet/add/";
const NOT_SAVED: &str = "You logged in again in another tab or window before this was saved. Nothing has been saved yet";

/// Ends the session and logs Alice in again, as another tab of her browser does.
fn log_in_again(site: &TestSite, alice: &Client) {
    site.end_sessions();
    alice.log_in_at("/admin/login/?next=/admin/", &ALICE);
}

/// Sends a form with a token of an earlier login, and opens the page to which the answer leads.
fn send_again(alice: &Client, form: &Form, button: &str) -> Reply {
    let reply = alice.submit(form, button);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, form.action.as_str()),
        "expected a redirect to the form itself: {}",
        reply.words()
    );
    alice.follow(&reply)
}

fn a_change_form_comes_back_as_typed_and_is_saved_only_then(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEET, "title")
        .set("title", "Typed")
        .set("price", "many")
        .set("lines-1-text", "A line");
    let before = stored(&site, "lab_sheet");
    log_in_again(&site, &alice);

    let page = send_again(&alice, &form, "_save");

    assert!(
        page.words().contains(NOT_SAVED),
        "the page must say that nothing was saved: {}",
        page.words()
    );
    let form = page.form(SHEET, "title");
    assert_eq!(
        ["title", "price", "lines-1-text"].map(|name| form.value(name)),
        ["Typed", "many", "A line"],
        "every field must be as it was typed"
    );
    assert_eq!(
        stored(&site, "lab_sheet"),
        before,
        "the form must not be saved by itself"
    );
    assert!(
        !alice.get(SHEET).words().contains(NOT_SAVED),
        "the form must come back only once"
    );
    let reply = alice.submit(&form.set("price", "5"), "_save");
    assert_eq!(
        reply.status,
        302,
        "the form can be saved now: {}",
        reply.words()
    );
    assert!(stored(&site, "lab_sheet")[0].contains("Typed"));
    assert!(stored(&site, "lab_line")[0].contains("A line"));
}

fn an_add_form_a_list_and_a_profile_come_back_as_typed(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    for (path, field, value, button) in [
        (ADD, "title", "Second", "_save"),
        (SHEETS, "form-0-state", "shut", "_save"),
        (PROFILE, "first_name", "Alicia", ""),
    ] {
        let form = alice.form(path, field).set(field, value);
        log_in_again(&site, &alice);

        let page = send_again(&alice, &form, button);

        assert!(
            page.words().contains(NOT_SAVED),
            "{path} must say that nothing was saved: {}",
            page.words()
        );
        assert_eq!(
            page.form(path, field).value(field),
            value,
            "{path}: the value of {field}"
        );
    }
    assert_eq!(
        stored(&site, "lab_sheet").len(),
        1,
        "no row may be added by itself"
    );
}

fn a_form_comes_back_after_its_user_logged_in_twice(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("title", "Typed");
    log_in_again(&site, &alice);
    // A second login page of a user who is logged in.
    alice.log_in_at("/accounts/login/", &ALICE);

    let page = send_again(&alice, &form, "_save");

    assert_eq!(page.form(SHEET, "title").value("title"), "Typed");
}

fn a_chosen_file_comes_back_with_its_form(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("title", "Typed").attach(
        "paper",
        "note.txt",
        "text/plain",
        b"A note",
    );
    log_in_again(&site, &alice);

    let page = send_again(&alice, &form, "_save");

    let reply = alice.submit(&page.form(SHEET, "title"), "_save");
    assert_eq!(
        reply.status,
        302,
        "the form can be saved with its file: {}",
        reply.words()
    );
    assert!(
        stored(&site, "lab_sheet")[0].contains("lab/note"),
        "the file must be stored: {:?}",
        stored(&site, "lab_sheet")
    );
}

/// Sends `form`, with more headers; expects the refusal, and that nothing is kept.
fn refused(site: &TestSite, client: &Client, form: &Form, headers: &[(&str, &str)], why: &str) {
    let fields = form.sent("_save");
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let reply = client.post_with(&form.action, headers, &fields);
    assert_eq!(reply.status, 403, "{why}: {}", reply.words());
    assert_eq!(
        site.kept_forms(),
        0,
        "{why}: the refused form must not be kept"
    );
}

fn a_form_that_another_site_may_have_sent_is_neither_kept_nor_shown(kind: Kind) {
    let site = lab(kind, &[]);
    let (alice, other) = (ALICE.browser(&site), ALICE.browser(&site));
    let form = alice.form(SHEET, "title").set("title", "Typed");
    let others = other.form(SHEET, "title").value("csrfmiddlewaretoken");
    let token = form.value("csrfmiddlewaretoken");
    alice.log_in_at("/accounts/login/", &ALICE);
    let with_token = |token: &str| form.clone().set("csrfmiddlewaretoken", token);

    refused(
        &site,
        &alice,
        &with_token(&"x".repeat(64)),
        &[],
        "an invented token",
    );
    refused(
        &site,
        &alice,
        &with_token("short"),
        &[],
        "a malformed token",
    );
    refused(
        &site,
        &alice,
        &with_token(&others),
        &[],
        "a token of another browser",
    );
    refused(
        &site,
        &other,
        &with_token(&token),
        &[],
        "a browser that never had this token",
    );
    let evil = [("origin", "https://evil.example")];
    refused(&site, &alice, &form, &evil, "another origin");
    let from_elsewhere = [("sec-fetch-site", "cross-site")];
    refused(
        &site,
        &alice,
        &form,
        &from_elsewhere,
        "a request from another site",
    );
    let no_id = form.clone().set("_submission", "");
    refused(&site, &alice, &no_id, &[], "a form without an id");
    assert!(
        !alice.get(SHEET).shows(&["Typed"]),
        "the page must show the stored row"
    );
}

fn a_form_of_another_user_is_not_shown(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("title", "Typed");
    BOB.may(&site, &["view_product"]);
    site.end_sessions();
    alice.log_in_at("/admin/login/?next=/admin/", &BOB);
    refused(&site, &alice, &form, &[], "a form of the user before");

    alice.log_in_at("/accounts/login/", &ALICE);
    let bobs = BOB.browser(&site).form(PROFILE, "first_name");
    let form = alice
        .form(SHEET, "title")
        .set("_submission", &bobs.value("_submission"));
    alice.log_in_at("/accounts/login/", &ALICE);
    refused(&site, &alice, &form, &[], "an id of another user");
}

on_both!(
    a_change_form_comes_back_as_typed_and_is_saved_only_then,
    an_add_form_a_list_and_a_profile_come_back_as_typed,
    a_form_comes_back_after_its_user_logged_in_twice,
    a_chosen_file_comes_back_with_its_form,
    a_form_that_another_site_may_have_sent_is_neither_kept_nor_shown,
    a_form_of_another_user_is_not_shown
);
