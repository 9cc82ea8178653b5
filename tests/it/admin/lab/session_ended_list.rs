//! Actions on lists that are sent after their session has ended.

use diesel::prelude::*;
use nuages::schema::auth_user;

use super::{SHEETS, lab, stored};
use crate::support::{ALICE, BOB, CHARLIE, Client, Form, Kind, TestSite};

/// A list without editable cells.
const USERS: &str = "/admin/auth/user/";
const NOT_RUN: &str = "You were logged out before the action was run. Nothing has been changed";

/// Returns the list of users with Bob and Charlie selected, and an action chosen.
fn chosen(site: &TestSite, alice: &Client) -> (Form, Vec<String>) {
    let pks = [&BOB, &CHARLIE].map(|persona| persona.row(site).id.to_string());
    let form = alice
        .form(USERS, "action")
        .set("action", "delete_selected")
        .choose("_selected_action", &[&pks[0], &pks[1]]);
    (form, pks.to_vec())
}

fn users(site: &TestSite) -> i64 {
    auth_user::table
        .count()
        .get_result(&mut site.connect())
        .unwrap()
}

fn an_action_comes_back_with_its_selected_rows_and_is_not_run(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let (form, pks) = chosen(&site, &alice);
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "index", &ALICE));

    assert!(
        page.words().contains(NOT_RUN),
        "the list must say that nothing was done: {}",
        page.words()
    );
    let form = page.form(USERS, "action");
    assert_eq!(
        form.value("action"),
        "delete_selected",
        "the action must be chosen again"
    );
    let mut selected = form.values("_selected_action");
    selected.sort_by_key(|pk| pk.parse::<i64>().unwrap());
    assert_eq!(selected, pks, "the rows must be selected again");
    assert_eq!(users(&site), 3, "no user may be deleted");

    let page = alice.submit(&form, "index");
    assert!(
        page.words().contains("Delete 2 users"),
        "the action can be run now: {}",
        page.words()
    );
}

fn all_pages_of_a_list_are_selected_again(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let (form, pks) = chosen(&site, &alice);
    let form = form.set("select_across", "1");
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "index", &ALICE));

    let form = page.form(USERS, "action");
    assert_eq!(form.value("select_across"), "1", "all pages are selected");
    assert_eq!(
        form.values("_selected_action").len(),
        pks.len() + 1,
        "every row of this page is selected"
    );
}

fn a_selected_row_that_is_gone_is_reported(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let (form, pks) = chosen(&site, &alice);
    site.end_sessions();
    let bob = auth_user::table.filter(auth_user::username.eq(BOB.username));
    diesel::delete(bob).execute(&mut site.connect()).unwrap();

    let page = alice.follow(&alice.submit_and_log_in(&form, "index", &ALICE));

    assert!(
        page.words()
            .contains("1 of the selected rows is not on this page of the list any more."),
        "the list must say that a selected row is missing: {}",
        page.words()
    );
    assert_eq!(
        page.form(USERS, "action").values("_selected_action"),
        pks[1..],
        "the other row must be selected"
    );
}

fn an_action_comes_back_together_with_edited_cells(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice
        .form(SHEETS, "action")
        .set("action", "delete_selected")
        .set("_selected_action", "1")
        .set("form-0-state", "shut");
    site.end_sessions();

    let page = alice.follow(&alice.submit_and_log_in(&form, "index", &ALICE));

    let words = page.words();
    assert!(
        words.contains(NOT_RUN) && words.contains("Whatever you typed in the list"),
        "{words}"
    );
    let form = page.form(SHEETS, "form-0-state");
    assert_eq!(
        ["form-0-state", "_selected_action", "action"].map(|name| form.value(name)),
        ["shut", "1", "delete_selected"],
        "cell, selected row and action"
    );
    assert_eq!(stored(&site, "lab_sheet").len(), 1, "nothing was deleted");
}

fn an_action_comes_back_after_its_user_logged_in_again_in_another_tab(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let (form, pks) = chosen(&site, &alice);
    alice.log_in_at("/accounts/login/", &ALICE);

    let page = alice.follow(&alice.submit(&form, "index"));

    assert!(
        page.words()
            .contains("You logged in again in another tab or window before the action was run."),
        "{}",
        page.words()
    );
    assert_eq!(
        page.form(USERS, "action").values("_selected_action").len(),
        pks.len(),
        "the number of selected rows"
    );
    assert_eq!(users(&site), 3, "no user may be deleted");
}

on_both!(
    an_action_comes_back_with_its_selected_rows_and_is_not_run,
    all_pages_of_a_list_are_selected_again,
    a_selected_row_that_is_gone_is_reported,
    an_action_comes_back_together_with_edited_cells,
    an_action_comes_back_after_its_user_logged_in_again_in_another_tab
);
