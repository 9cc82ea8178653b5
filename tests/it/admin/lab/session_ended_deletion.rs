//! Confirmations of deletions and actions, and bulk edits, that are sent after their session has ended.

use super::{SHEET, SHEETS, lab, stored};
use crate::support::{ALICE, BOB, CHARLIE, Client, Form, Kind, Persona, Reply, TestSite};

const DELETE: &str = "/admin/lab/sheet/1/delete/";
const USERS: &str = "/admin/auth/user/";
const NOT_DELETED: &str = "Nothing has been deleted.";

/// Ends the session, sends `form`, logs Alice in and returns the page that she gets.
fn send_late(site: &TestSite, alice: &Client, form: &Form) -> Reply {
    site.end_sessions();
    alice.follow(&alice.submit_and_log_in(form, "", &ALICE))
}

/// Logs Alice in again in another tab, sends `form`, and returns the page that she gets.
fn send_stale(site: &TestSite, alice: &Client, form: &Form) -> Reply {
    site.end_sessions();
    alice.log_in_at("/admin/login/?next=/admin/", &ALICE);
    let reply = alice.submit(form, "");
    assert_eq!(
        reply.status,
        302,
        "expected a redirect to the confirmation: {}",
        reply.words()
    );
    alice.follow(&reply)
}

const SENDS: [fn(&TestSite, &Client, &Form) -> Reply; 2] = [send_late, send_stale];

fn a_deletion_is_confirmed_once_more_after_the_login(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    for send in SENDS {
        let page = send(&site, &alice, &alice.form(DELETE, "post"));
        assert!(
            page.words().contains(NOT_DELETED) && page.words().contains("First"),
            "the confirmation must come again: {}",
            page.words()
        );
        assert_eq!(
            stored(&site, "lab_sheet").len(),
            1,
            "nothing may be deleted"
        );
    }
    let reply = alice.submit(&alice.form(DELETE, "post"), "");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert!(
        stored(&site, "lab_sheet").is_empty(),
        "the row is deleted once the deletion is confirmed again"
    );
}

fn selected(site: &TestSite, alice: &Client, users: &[&Persona]) -> Form {
    let pks: Vec<String> = users
        .iter()
        .map(|user| user.row(site).id.to_string())
        .collect();
    let pks: Vec<&str> = pks.iter().map(String::as_str).collect();
    let form = alice
        .form(USERS, "action")
        .set("action", "delete_selected")
        .choose("_selected_action", &pks);
    alice.submit(&form, "index").form(USERS, "post")
}

fn the_deletion_of_selected_rows_is_confirmed_once_more_after_the_login(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    for send in SENDS {
        let confirmation = selected(&site, &alice, &[&BOB, &CHARLIE]);

        let page = send(&site, &alice, &confirmation);

        assert!(
            page.words().contains(NOT_DELETED) && page.words().contains("Delete 2 users"),
            "the confirmation must come again: {}",
            page.words()
        );
        let again = page.form(USERS, "post");
        assert_eq!(
            again.values("_selected_action"),
            confirmation.values("_selected_action"),
            "the same rows"
        );
        let page = alice.get(USERS);
        assert!(
            page.shows(&["bob", "charlie"]),
            "no user may be deleted: {}",
            page.words()
        );
    }
    let again = selected(&site, &alice, &[&BOB, &CHARLIE]);
    let page = send_late(&site, &alice, &again);
    let reply = alice.submit(&page.form(USERS, "post"), "");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert!(
        alice
            .follow(&reply)
            .words()
            .contains("Successfully deleted 2 users."),
        "the users are deleted once the deletion is confirmed again"
    );
}

/// Opens the bulk edit of the sheet, and enters a title.
fn edited(alice: &Client) -> Form {
    let list = alice
        .form(SHEETS, "action")
        .set("action", "bulk_edit")
        .choose("_selected_action", &["1"]);
    let form = alice.submit(&list, "index").form(SHEETS, "_bulk");
    form.choose("change-title", &["on"]).set("title", "Typed")
}

fn the_values_of_a_bulk_edit_are_kept_until_after_the_login(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    for send in SENDS {
        let page = send(&site, &alice, &edited(&alice));
        let words = page.words();
        assert!(
            words.contains("Nothing has been changed.") && words.contains("Typed"),
            "the preview shows the values that were typed: {words}"
        );

        let page = send(&site, &alice, &page.form(SHEETS, "post"));
        let words = page.words();
        assert!(
            words.contains("Nothing has been changed.") && words.contains("Typed"),
            "the preview comes again when it was confirmed too late: {words}"
        );
        assert!(alice.get(SHEETS).shows(&["First"]), "nothing is changed");
    }

    let preview = alice.submit(&edited(&alice), "");
    let reply = alice.submit(&preview.form(SHEETS, "post"), "");
    assert!(
        alice
            .follow(&reply)
            .words()
            .contains("1 sheet was changed."),
        "the rows change once the preview is confirmed: {}",
        reply.words()
    );
}

fn a_change_form_that_was_sent_too_late_still_comes_back_as_typed(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("title", "Typed");
    site.end_sessions();
    let page = alice.follow(&alice.submit_and_log_in(&form, "_save", &ALICE));
    assert_eq!(page.form(SHEET, "title").value("title"), "Typed");
    assert!(alice.get(SHEETS).shows(&["First"]), "nothing was saved");
}

on_both!(
    a_deletion_is_confirmed_once_more_after_the_login,
    the_deletion_of_selected_rows_is_confirmed_once_more_after_the_login,
    the_values_of_a_bulk_edit_are_kept_until_after_the_login,
    a_change_form_that_was_sent_too_late_still_comes_back_as_typed,
);
