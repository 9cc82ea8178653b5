//! `/accounts/password_change/`

use nuages::auth::hashers::check_password;

use super::{PROFILE, sessions, shop};
use crate::support::{ALICE, CHARLIE, Kind};

const CHANGE: &str = "/accounts/password_change/";
const NEW: &str = "nine-violet-teapots";

fn a_changed_password_keeps_this_session_and_ends_the_others(kind: Kind) {
    let site = shop(kind);
    let (here, elsewhere, alice) = (
        CHARLIE.browser(&site),
        CHARLIE.browser(&site),
        ALICE.browser(&site),
    );
    let key = here.cookie("sessionid");
    let fields = [
        ("old_password", CHARLIE.password),
        ("new_password1", NEW),
        ("new_password2", NEW),
    ];
    let reply = here.post(CHANGE, &fields);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/accounts/password_change/done/"),
        "{}",
        reply.text()
    );
    assert!(
        here.get("/accounts/password_change/done/")
            .shows(&["Password changed", "Hello, <bdi>charlie</bdi>"])
    );
    assert!(here.cookie("sessionid") != key);
    assert!(check_password(NEW, &CHARLIE.row(&site).password).correct);

    let reply = elsewhere.get(PROFILE);
    assert!(
        reply
            .header("location")
            .starts_with("/accounts/login/?next=")
    );
    assert!(
        elsewhere.cookie("sessionid").is_none(),
        "the cookie is taken back"
    );
    assert_eq!(alice.get(PROFILE).status, 200);
    assert_eq!(sessions(&site).len(), 2);
}

fn a_wrong_old_password_or_a_weak_new_one_changes_nothing(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let before = (CHARLIE.row(&site), client.cookie("sessionid"));
    let page = client.post(
        CHANGE,
        &[
            ("old_password", ALICE.password),
            ("new_password1", NEW),
            ("new_password2", NEW),
        ],
    );
    assert_eq!(page.status, 200);
    assert_eq!(
        page.errors("old_password"),
        "Your old password was entered incorrectly. Please enter it again."
    );
    assert!(
        ![ALICE.password, NEW]
            .iter()
            .any(|password| page.shows(&[password]))
    );
    let page = client.post(
        CHANGE,
        &[
            ("new_password1", "charlie@example.com"),
            ("new_password2", "charlie@example.com"),
        ],
    );
    assert_eq!(page.errors("old_password"), "This field is required.");
    assert!(
        page.errors("new_password2")
            .starts_with("The password is too similar to the"),
        "{}",
        page.text()
    );
    let page = client.post(
        CHANGE,
        &[
            ("new_password1", NEW),
            ("new_password2", "nine-violet-teapotz"),
        ],
    );
    assert_eq!(
        page.errors("new_password2"),
        "The two password fields didn’t match."
    );
    assert_eq!((CHARLIE.row(&site), client.cookie("sessionid")), before);
}

on_both!(
    a_changed_password_keeps_this_session_and_ends_the_others,
    a_wrong_old_password_or_a_weak_new_one_changes_nothing
);
