//! Pages for secrets that are sent after their session has ended, or after their user logged in again
//! in another tab.

use diesel::prelude::*;
use nuages::schema::auth_user;

use super::shop;
use crate::support::{ALICE, CHARLIE, Client, Form, Kind, Reply, TestSite};

const NOT_KEPT: &str = "Nothing has been changed. Passwords and codes are never stored, so the fields are empty: please \
                        enter them again.";

/// The way in which the session ends while a page is open.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Expired,
    LoggedInAgain,
}

impl Ending {
    fn words(self) -> &'static str {
        match self {
            Self::Expired => "You were logged out before this was sent.",
            Self::LoggedInAgain => {
                "You logged in again in another tab or window before this was sent."
            }
        }
    }

    /// Ends the session of Alice, sends `form`, lets her log in, and returns the page that she gets.
    fn send(self, site: &TestSite, alice: &Client, form: &Form) -> Reply {
        let reply = match self {
            Self::Expired => {
                site.end_sessions();
                alice.submit_and_log_in(form, "", &ALICE)
            }
            Self::LoggedInAgain => {
                site.end_sessions();
                alice.log_in_at("/admin/login/?next=/admin/", &ALICE);
                alice.submit(form, "")
            }
        };
        assert_eq!(
            (reply.status, reply.header("location")),
            (302, form.action.as_str()),
            "{self:?}: expected a redirect to the page itself: {}",
            reply.words()
        );
        alice.follow(&reply)
    }
}

const ENDINGS: [Ending; 2] = [Ending::Expired, Ending::LoggedInAgain];

fn password_of(site: &TestSite, username: &str) -> String {
    auth_user::table
        .filter(auth_user::username.eq(username))
        .select(auth_user::password)
        .first(&mut site.connect())
        .unwrap()
}

/// Sends `form`, whose fields `secrets` are filled in; expects the empty page with the note, and that
/// the database holds nothing of what was typed.
fn comes_back_empty(site: &TestSite, alice: &Client, form: &Form, secrets: &[&str]) {
    let path = form.action.clone();
    for ending in ENDINGS {
        let form = secrets
            .iter()
            .fold(alice.form(&path, secrets[0]), |form, name| {
                form.set(name, "typed-by-Alice")
            });

        let page = ending.send(site, alice, &form);

        let words = page.words();
        assert!(
            words.contains(ending.words()) && words.contains(NOT_KEPT),
            "{path}, {ending:?}: the page must say that nothing was changed: {words}"
        );
        let form = page.form(&path, secrets[0]);
        for name in secrets {
            assert_eq!(form.value(name), "", "{path}, {ending:?}: the field {name}");
        }
        assert!(
            !alice.get(&path).words().contains(NOT_KEPT),
            "{path}, {ending:?}: the page must say so only once"
        );
    }
}

fn a_password_page_comes_back_empty_and_says_why(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let before = password_of(&site, ALICE.username);
    let own = ["old_password", "new_password1", "new_password2"];
    for path in ["/accounts/password_change/", "/admin/password_change/"] {
        comes_back_empty(&site, &alice, &alice.form(path, own[0]), &own);
    }
    let charlie = CHARLIE.row(&site).id;
    let path = format!("/admin/auth/user/{charlie}/password/");
    let others = ["password1", "password2"];
    comes_back_empty(&site, &alice, &alice.form(&path, others[0]), &others);
    assert_eq!(
        password_of(&site, ALICE.username),
        before,
        "the password must not be changed"
    );
}

fn the_pages_of_the_second_factor_come_back_empty_and_say_why(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let set_up = "/accounts/two-factor/set-up/";
    let fields = ["code", "password"];
    comes_back_empty(&site, &alice, &alice.form(set_up, "code"), &fields);
    let page = alice.get(set_up).words();
    assert!(
        !page.contains("Two-factor login is on"),
        "the second factor must stay off: {page}"
    );
}

fn a_token_form_comes_back_with_its_name_and_without_the_password(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    let path = "/accounts/tokens/";
    for ending in ENDINGS {
        let form = alice
            .form(path, "name")
            .set("name", "Till")
            .set("password", "typed-by-Alice");
        let page = ending.send(&site, &alice, &form);
        let words = page.words();
        assert!(
            words.contains("Nothing has been saved yet")
                && words.contains("Passwords have to be typed again."),
            "{ending:?}: {words}"
        );
        let form = page.form(path, "name");
        assert_eq!(
            [form.value("name"), form.value("password")],
            ["Till", ""],
            "{ending:?}: the name comes back, the password does not"
        );
        assert!(
            !words.contains("This field is required"),
            "{ending:?}: nothing was checked yet: {words}"
        );
    }
}

fn a_secret_of_a_page_is_never_stored(kind: Kind) {
    let site = shop(kind);
    let alice = ALICE.browser(&site);
    for (path, name) in [
        ("/accounts/password_change/", "new_password1"),
        ("/accounts/two-factor/set-up/", "code"),
    ] {
        let form = alice.form(path, name).set(name, "typed-by-Alice");
        site.end_sessions();
        alice.submit(&form, "");
        assert_eq!(
            site.kept_forms(),
            1,
            "{path}: that the page was sent is noted"
        );
        let page = alice.follow(&alice.log_in_at(&format!("/accounts/login/?next={path}"), &ALICE));
        assert!(
            !page.shows(&["typed-by-Alice"]),
            "{path}: the page must not show what was typed"
        );
    }
}

on_both!(
    a_password_page_comes_back_empty_and_says_why,
    the_pages_of_the_second_factor_come_back_empty_and_say_why,
    a_token_form_comes_back_with_its_name_and_without_the_password,
    a_secret_of_a_page_is_never_stored,
);
