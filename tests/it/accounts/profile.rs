//! `/accounts/profile/`

use super::{PROFILE, shop};
use crate::support::{ALICE, CHARLIE, Kind};

fn a_profile_is_saved_and_says_so_once(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let fields = [
        ("first_name", " Charlie <3 "),
        ("last_name", "Ünal"),
        ("email", "Charlie@NEW.example"),
    ];
    let reply = client.post(PROFILE, &fields);
    assert_eq!((reply.status, reply.header("location")), (302, PROFILE));
    let row = CHARLIE.row(&site);
    assert_eq!(
        [&row.first_name, &row.last_name, &row.email],
        ["Charlie <3", "Ünal", "Charlie@new.example"]
    );
    let page = client.get(PROFILE);
    assert!(
        page.shows(&[
            "Your profile was saved.",
            "value=\"Charlie &#60;3\"",
            "value=\"Ünal\""
        ]),
        "{}",
        page.text()
    );
    assert!(!client.get(PROFILE).shows(&["Your profile was saved."]));
    assert_eq!(client.post(PROFILE, &[]).status, 302);
    assert_eq!(CHARLIE.row(&site).email, "", "all three may be empty");
}

fn a_profile_sent_after_its_session_ended_says_that_nothing_was_saved(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let form = client.form(PROFILE, "first_name").set("first_name", "Lost");
    client.forget("sessionid");

    let reply = client.submit(&form, "");

    assert_eq!(
        reply.status,
        302,
        "the visitor is led to the login page: {}",
        reply.text()
    );
    let page = client.follow(&reply);
    assert!(
        page.words().contains("nothing was saved"),
        "the login page says so: {}",
        page.words()
    );
}

fn a_profile_sent_after_its_session_ended_comes_back_after_the_login(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let form = client
        .form(PROFILE, "first_name")
        .set("first_name", "Lost")
        .set("email", "nonsense");
    client.forget("sessionid");

    let page = client.follow(&client.submit_and_log_in(&form, "", &CHARLIE));

    assert!(
        page.words().contains("Nothing has been saved yet"),
        "{}",
        page.words()
    );
    let form = page.form(PROFILE, "first_name");
    assert_eq!(
        [form.value("first_name"), form.value("email")],
        ["Lost", "nonsense"]
    );
    assert_eq!(page.errors("email"), "", "nothing was looked at yet");
    assert_eq!(
        CHARLIE.row(&site).first_name,
        "",
        "nothing was saved by itself"
    );
    assert_eq!(client.submit(&form.set("email", ""), "").status, 302);
    assert_eq!(CHARLIE.row(&site).first_name, "Lost");
}

fn files_of_a_customer_without_a_session_are_not_kept(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let form = client.form(PROFILE, "first_name");
    let body = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n")
    };
    let fields = ["csrfmiddlewaretoken", "_submission"]
        .map(|name| body(&format!("name=\"{name}\""), &form.value(name)));
    let file = body("name=\"photo\"; filename=\"one.txt\"", "text");
    client.forget("sessionid");

    let body = format!("{}{file}--b--\r\n", fields.concat());
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let reply = client.send(ureq::http::Method::POST, PROFILE, &kind, body.as_bytes());
    assert_eq!(
        (reply.status, site.kept_forms()),
        (302, 1),
        "{}",
        reply.text()
    );
    let page = client.follow(&client.log_in_at(reply.header("location"), &CHARLIE));

    assert!(
        page.words()
            .contains("These files have to be chosen again: one.txt."),
        "{}",
        page.words()
    );
}

fn a_profile_is_shown_to_nobody_else_who_logs_in_at_the_same_browser(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let form = client.form(PROFILE, "first_name").set("first_name", "Lost");
    client.forget("sessionid");

    let page = client.follow(&client.submit_and_log_in(&form, "", &ALICE));

    assert!(
        !page.shows(&["Lost"]) && !page.words().contains("Nothing has been saved yet"),
        "{}",
        page.words()
    );
}

fn a_bad_address_or_a_long_name_is_refused_and_stays_as_typed(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    for bad in [
        "nonsense",
        "a@b",
        "a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        &format!("{}@b.example", "a".repeat(250)),
    ] {
        let page = client.post(PROFILE, &[("first_name", "Charles"), ("email", bad)]);
        assert_eq!(page.status, 200);
        assert!(
            page.errors("email").starts_with("En"),
            "{bad}: {}",
            page.errors("email")
        );
        assert!(page.shows(&["value=\"Charles\""]));
    }
    let page = client.post(
        PROFILE,
        &[("first_name", &"é".repeat(151)), ("last_name", "\0")],
    );
    assert_eq!(
        page.errors("first_name"),
        "Ensure this value has at most 150 characters (it has 151)."
    );
    assert_eq!(page.errors("last_name"), "Null characters are not allowed.");
    assert_eq!(
        (
            CHARLIE.row(&site).email.as_str(),
            CHARLIE.row(&site).first_name.as_str()
        ),
        (CHARLIE.email, "")
    );
}

fn nothing_else_and_nobody_else_can_be_changed(kind: Kind) {
    let site = shop(kind);
    let client = CHARLIE.browser(&site);
    let (alice, before) = (ALICE.row(&site), CHARLIE.row(&site));
    let id = alice.id.to_string();
    client.post(
        "/accounts/profile/?id=1",
        &[
            ("id", &id),
            ("username", "alice"),
            ("is_superuser", "on"),
            ("is_staff", "1"),
            ("password", "x"),
            ("email", CHARLIE.email),
        ],
    );
    assert_eq!((ALICE.row(&site), CHARLIE.row(&site)), (alice, before));
}

on_both!(
    a_profile_is_saved_and_says_so_once,
    a_profile_sent_after_its_session_ended_says_that_nothing_was_saved,
    a_profile_sent_after_its_session_ended_comes_back_after_the_login,
    files_of_a_customer_without_a_session_are_not_kept,
    a_profile_is_shown_to_nobody_else_who_logs_in_at_the_same_browser,
    a_bad_address_or_a_long_name_is_refused_and_stays_as_typed,
    nothing_else_and_nobody_else_can_be_changed
);
