//! Forms that are sent twice: double clicks, impatient browsers, the Back button.

use diesel::prelude::*;
use nuages::schema::{auth_user, nuages_submission};

use super::{SHEET, lab, stored};
use crate::support::{ALICE, Client, Kind, Reply, TestSite};

const ADD: &str = "/admin/lab/sheet/add/";

/// Sends the form four times at once, like four clicks.
fn four_at_once(browser: &Client, form: &crate::support::Form, button: &str) -> Vec<Reply> {
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| browser.submit(form, button)))
            .collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    })
}

fn count(site: &TestSite, table: &'static str) -> usize {
    stored(site, table).len()
}

fn a_form_with_a_new_inline_row_that_is_sent_twice_adds_it_once(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(SHEET, "title").set("lines-0-text", "Milk");
    let (first, second) = (alice.submit(&form, "_save"), alice.submit(&form, "_save"));
    assert_eq!(
        (first.status, second.status),
        (302, 302),
        "{}",
        second.words()
    );
    assert_eq!(
        first.header("location"),
        second.header("location"),
        "both answers are the same"
    );
    assert_eq!(count(&site, "lab_line"), 1, "the line was added once");
    let page = alice.follow(&second).words();
    assert!(
        page.contains("was changed successfully")
            && page.contains("Nothing was added a second time."),
        "{page}"
    );
}

fn four_sendings_at_once_add_one_row(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let inline = alice.form(SHEET, "title").set("lines-0-text", "Milk");
    let add = alice
        .form(ADD, "title")
        .set("title", "Second")
        .set("lines-0-text", "Bread");
    for (form, button) in [(&inline, "_save"), (&add, "_continue")] {
        let replies = four_at_once(&alice, form, button);
        let places: Vec<&str> = replies
            .iter()
            .map(|reply| reply.header("location"))
            .collect();
        assert!(
            places
                .iter()
                .all(|place| !place.is_empty() && *place == places[0]),
            "one answer: {places:?}"
        );
    }
    assert_eq!(
        (count(&site, "lab_sheet"), count(&site, "lab_line")),
        (2, 2),
        "each was added once"
    );
}

fn an_add_form_without_a_unique_field_adds_once_with_every_button(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(ADD, "title").set("title", "Second");
    let added = alice.submit(&form, "_save");
    let again = alice.submit(&form, "_continue");
    assert_eq!(added.header("location"), "/admin/lab/sheet/");
    assert_eq!(
        again.header("location"),
        "/admin/lab/sheet/2/change/",
        "the second button leads to the row that is there"
    );
    assert_eq!(count(&site, "lab_sheet"), 2);
    // A pop-up window gets the same response twice.
    let popup = alice
        .form(&format!("{ADD}?_popup=1"), "title")
        .set("title", "Third");
    let (one, two) = (alice.submit(&popup, "_save"), alice.submit(&popup, "_save"));
    assert_eq!((one.status, one.text()), (two.status, two.text()));
    assert_eq!(count(&site, "lab_sheet"), 3);
    // A copy is created once.
    let copy = alice.form(SHEET, "title");
    let (one, two) = (
        alice.submit(&copy, "_saveasnew"),
        alice.submit(&copy, "_saveasnew"),
    );
    assert_eq!(
        (one.status, one.header("location")),
        (two.status, two.header("location"))
    );
    assert_eq!(count(&site, "lab_sheet"), 4);
}

fn a_saved_form_that_is_sent_with_other_content_shows_an_explanation(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    for (path, field, table) in [
        (ADD, "title", "lab_sheet"),
        (SHEET, "lines-0-text", "lab_line"),
    ] {
        let form = alice.form(path, "title").set(field, "One");
        assert_eq!(alice.submit(&form, "_save").status, 302);
        let before = count(&site, table);
        // The user goes back to the page, changes a value and saves again.
        let reply = alice.submit(&form.set(field, "Two"), "_save");
        assert!(
            reply.status == 200 && reply.words().contains("This page was already saved"),
            "{}",
            reply.words()
        );
        let form = reply.form(path, "title");
        assert_eq!(
            (form.value(field).as_str(), count(&site, table)),
            ("Two", before),
            "what was typed is kept"
        );
        // A second save after the message is intended.
        assert_eq!(alice.submit(&form, "_save").status, 302);
        assert_eq!(count(&site, table), before + 1, "{path}");
    }
    // A page without new rows only changes rows, so it may be sent any number of times.
    let form = alice.form("/admin/lab/sheet/2/change/", "title");
    for title in ["Three", "Four"] {
        assert_eq!(
            alice
                .submit(&form.clone().set("title", title), "_save")
                .status,
            302
        );
        assert!(
            stored(&site, "lab_sheet")[1].contains(title),
            "{:?}",
            stored(&site, "lab_sheet")
        );
    }
}

fn a_form_that_was_refused_is_not_taken_for_saved(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(ADD, "title");
    assert_eq!(
        alice.submit(&form, "_save").status,
        200,
        "a title is required"
    );
    assert_eq!(
        alice.submit(&form, "_save").status,
        200,
        "and it is required once more"
    );
    let sent: i64 = nuages_submission::table
        .count()
        .get_result(&mut site.connect())
        .unwrap();
    assert_eq!(sent, 0, "nothing is remembered of it");
    // The user goes back to the refused page and corrects it.
    assert_eq!(
        alice.submit(&form.set("title", "Second"), "_save").status,
        302
    );
    assert_eq!(count(&site, "lab_sheet"), 2);
}

fn a_client_without_a_form_id_adds_a_row_each_time(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let fields = [
        ("title", "Script"),
        ("state", "open"),
        ("lines-TOTAL_FORMS", "0"),
        ("lines-INITIAL_FORMS", "0"),
        ("_save", ""),
    ];
    for _ in 0..2 {
        assert_eq!(alice.post(ADD, &fields).status, 302);
    }
    // An id of another user, or an invalid id, is ignored.
    for _ in 0..2 {
        let fields = [&fields[..], &[("_submission", "abc.1:nonsense")]].concat();
        assert_eq!(alice.post(ADD, &fields).status, 302);
    }
    assert_eq!(count(&site, "lab_sheet"), 5);
}

fn a_new_user_is_added_once_and_the_second_sending_answers_like_the_first(kind: Kind) {
    let site = lab(kind, &[]);
    let alice = ALICE.browser(&site);
    let path = "/admin/auth/user/add/";
    let form = alice.form(path, "username").set("username", "erin");
    let form = form
        .set("password1", "erin-eats-6-eggs")
        .set("password2", "erin-eats-6-eggs");
    let mut replies = four_at_once(&alice, &form, "_save");
    replies.push(alice.submit(&form, "_save"));
    let places: Vec<&str> = replies
        .iter()
        .map(|reply| reply.header("location"))
        .collect();
    assert!(
        places
            .iter()
            .all(|place| place.ends_with("/change/") && *place == places[0]),
        "one answer: {places:?}"
    );
    let erins = auth_user::table
        .filter(auth_user::username.eq("erin"))
        .count();
    assert_eq!(erins.get_result::<i64>(&mut site.connect()), Ok(1));
    let other = alice.submit(&form.set("username", "frank"), "_save");
    assert!(
        other.status == 200 && other.words().contains("This page was already saved"),
        "{}",
        other.words()
    );
}

fn an_account_is_made_once_and_the_second_sending_answers_like_the_first(kind: Kind) {
    let site = lab(kind, &[]);
    let path = "/accounts/signup/";
    let browser = site.client();
    let form = browser
        .form(path, "username")
        .set("username", "erin")
        .set("email", "erin@example.com");
    let form = form
        .set("password1", "erin-eats-6-eggs")
        .set("password2", "erin-eats-6-eggs");
    // A request before the response arrived has the cookies of the page.
    let impatient = site.client();
    impatient.keep("csrftoken", &browser.cookie("csrftoken").unwrap());
    let first = browser.submit(&form, "");
    let second = impatient.submit(&form, "");
    assert_eq!(
        (first.status, second.status),
        (302, 302),
        "{}",
        second.words()
    );
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(
        impatient.get("/accounts/profile/").status,
        200,
        "both are logged in"
    );
    // An old page does not bypass a password that was changed since.
    let long_ago = auth_user::date_joined.eq(nuages::db::Timestamp::from(
        chrono::Utc::now() - chrono::TimeDelta::hours(1),
    ));
    diesel::update(auth_user::table)
        .set(long_ago)
        .execute(&mut site.connect())
        .unwrap();
    let late = site.client();
    late.keep("csrftoken", impatient.cookie("csrftoken").as_ref().unwrap());
    let token = late.token(path);
    let form = form.set("csrfmiddlewaretoken", &token);
    assert_eq!(late.submit(&form, "").status, 302);
    assert_eq!(
        late.get("/accounts/profile/").status,
        302,
        "nobody is logged in by an old page"
    );
}

on_both!(
    a_form_with_a_new_inline_row_that_is_sent_twice_adds_it_once,
    four_sendings_at_once_add_one_row,
    an_add_form_without_a_unique_field_adds_once_with_every_button,
    a_saved_form_that_is_sent_with_other_content_shows_an_explanation,
    a_form_that_was_refused_is_not_taken_for_saved,
    a_client_without_a_form_id_adds_a_row_each_time,
    a_new_user_is_added_once_and_the_second_sending_answers_like_the_first,
    an_account_is_made_once_and_the_second_sending_answers_like_the_first
);

#[test]
fn old_notes_of_forms_are_deleted_by_clearsessions() {
    let site = lab(Kind::Sqlite, &[]);
    let alice = ALICE.browser(&site);
    let form = alice.form(ADD, "title").set("title", "Second");
    assert_eq!(alice.submit(&form, "_save").status, 302);
    let age =
        |days: i64| nuages::db::Timestamp::from(chrono::Utc::now() - chrono::TimeDelta::days(days));
    for (days, left) in [(13, 1), (15, 0)] {
        let old = nuages_submission::made_at.eq(age(days));
        diesel::update(nuages_submission::table)
            .set(old)
            .execute(&mut site.connect())
            .unwrap();
        let done = site.database.nuages(&["clearsessions"]);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        let count: i64 = nuages_submission::table
            .count()
            .get_result(&mut site.connect())
            .unwrap();
        assert_eq!(count, left, "{days} days old");
    }
}
