//! `/accounts/password_reset/` and `/accounts/reset/…/`

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use nuages::auth::hashers::check_password;
use nuages::auth::tokens::{encode_uid, make_token};
use nuages::settings::SecretKey;

use super::{PROFILE, session, sessions, shop};
use crate::support::{ALICE, CHARLIE, Client, DANA, Database, Kind, Process, SECRET_KEY, TestSite};

const RESET: &str = "/accounts/password_reset/";
const NEW: &str = "nine-violet-teapots";

/// Creates a shop that writes mail to a folder of the test.
fn mailing(kind: Kind) -> TestSite {
    let database: Database = super::people(kind);
    let folder = database.dir.path().join("mail").display().to_string();
    TestSite::with(
        database,
        &[
            ("EMAIL_BACKEND", "file"),
            ("EMAIL_FILE_PATH", &folder),
            ("TASK_THREADS", "1"),
        ],
        crate::shop::urls,
    )
}

/// Returns every mail as soon as there are `count`; mail is sent in the background.
fn mails(site: &TestSite, count: usize) -> Vec<String> {
    mails_in(&site.database, count)
}

fn mails_in(database: &Database, count: usize) -> Vec<String> {
    for _ in 0..100 {
        let files = std::fs::read_dir(database.dir.path().join("mail"))
            .into_iter()
            .flatten();
        let texts: Vec<String> = files
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        if texts.iter().filter(|text| text.contains("</html>")).count() >= count {
            return texts;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no mail came")
}

/// Returns the path of the link in `mail`.
fn link(mail: &str) -> &str {
    let (_, rest) = mail.split_once("http://127.0.0.1:").unwrap();
    &rest[rest.find('/').unwrap()..rest.find('\r').unwrap()]
}

/// Creates a link for Charlie that is `ago` old.
fn made(site: &TestSite, ago: TimeDelta) -> String {
    let user = CHARLIE.row(site);
    let token = make_token(
        &user.token_subject(),
        &SecretKey::new(SECRET_KEY),
        Utc::now() - ago,
        chrono_tz::UTC,
    );
    format!("/accounts/reset/{}/{token}/", encode_uid(user.id))
}

/// Follows a link to its form; returns the URL of the form.
fn follow(client: &Client, link: &str) -> String {
    let reply = client.get(link);
    assert_eq!(reply.status, 302, "{link}: {}", reply.text());
    reply.header("location").to_owned()
}

fn is_invalid(client: &Client, path: &str) {
    let page = client.get(path);
    assert_eq!((page.status, page.token()), (200, None), "{path}");
    assert!(
        page.shows(&["This link is invalid", RESET]),
        "{path}: {}",
        page.text()
    );
}

fn the_answer_is_the_same_for_any_address_and_mail_goes_to_the_stored_one(kind: Kind) {
    let site = mailing(kind);
    // Users who may not reset their password come first: their mail would arrive before Charlie's.
    for typed in [
        "nobody@example.com",
        DANA.email,
        "%@example.com",
        "_harlie@example.com",
        "Charlie@EXAMPLE.COM",
    ] {
        let client = site.client();
        let reply = client.post(RESET, &[("email", typed)]);
        assert_eq!(
            (reply.status, reply.header("location")),
            (302, "/accounts/password_reset/done/"),
            "{typed}"
        );
        let page = client.get(reply.header("location"));
        assert!(
            page.shows(&["Check your mail"]) && !page.text().contains(typed),
            "{typed}"
        );
    }
    let mails = mails(&site, 1);
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(
        mails[0].contains("To: charlie@example.com\r\n") && mails[0].contains("Hello charlie,"),
        "{}",
        mails[0]
    );
    assert!(!mails[0].contains("EXAMPLE.COM") && mails[0].contains("multipart/alternative"));
    assert!(sessions(&site).is_empty());
}

fn mails_to_one_account_or_from_one_address_are_slowed_down_with_the_same_answer(kind: Kind) {
    let database = super::people(kind);
    let settings = [
        ("RUST_LOG", "nuages.security=info"),
        ("EMAIL_BACKEND", "file"),
        ("EMAIL_FILE_PATH", "mail"),
        ("PASSWORD_RESET_FREE_MAILS", "2"),
        ("PASSWORD_RESET_FREE_MAILS_PER_ADDRESS", "4"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let site = Process::start(&database, &settings);
    let client = site.client();
    let token = client.token(RESET);
    let ask = |email: &str, address: &str| {
        let fields = [("email", email), ("csrfmiddlewaretoken", &token)];
        let reply = client.post_with(RESET, &[("x-forwarded-for", address)], &fields);
        assert_eq!(
            (reply.status, reply.header("location")),
            (302, "/accounts/password_reset/done/"),
            "{email}"
        );
    };
    // A wait of a second may end during a slow test.
    let lengthen = || super::throttle::blocked_for(&database, 600);
    // Other spellings mean the same account, from any address.
    for (email, address) in [
        (CHARLIE.email, "192.0.2.1"),
        ("Charlie@EXAMPLE.com", "192.0.2.2"),
        (CHARLIE.email, "192.0.2.3"),
    ] {
        ask(email, address);
        if address == "192.0.2.2" {
            lengthen();
        }
    }
    // Four mails to unknown addresses, requested from one address.
    for name in ["a", "b", "c", "d"] {
        ask(&format!("{name}@example.com"), "192.0.2.9");
    }
    lengthen();
    ask(ALICE.email, "192.0.2.9");
    ask(ALICE.email, "192.0.2.4");
    let log = site.log();
    let events: Vec<&str> = log
        .lines()
        .filter_map(|line| {
            line.split_once("event=password_reset_")
                .map(|(_, rest)| rest)
        })
        .collect();
    let unknown = r#"requested user="" address="192.0.2.9""#;
    assert_eq!(
        events,
        [
            r#"requested user="charlie" address="192.0.2.1""#,
            r#"requested user="charlie" address="192.0.2.2""#,
            r#"blocked user="charlie" address="192.0.2.3""#,
            unknown,
            unknown,
            unknown,
            unknown,
            r#"blocked user="alice" address="192.0.2.9""#,
            r#"requested user="alice" address="192.0.2.4""#,
        ]
    );
    let sent = mails_in(&database, 3);
    assert_eq!(sent.len(), 3, "{sent:?}");
}

fn a_wrong_mail_address_has_an_error_beside_its_field(kind: Kind) {
    let site = mailing(kind);
    for (typed, error) in [
        ("", "This field is required."),
        ("nonsense", "Enter a valid email address."),
    ] {
        let page = site.client().post(RESET, &[("email", typed)]);
        assert_eq!((page.status, page.errors("email").as_str()), (200, error));
    }
}

fn a_link_works_once_and_its_token_leaves_the_url_at_once(kind: Kind) {
    let site = mailing(kind);
    let elsewhere = CHARLIE.browser(&site);
    let client = site.client();
    client.post(RESET, &[("email", CHARLIE.email)]);
    let mail = mails(&site, 1).remove(0);
    let link = link(&mail);

    let form = follow(&client, link);
    let token = link.trim_end_matches('/').rsplit('/').next().unwrap();
    assert!(
        form.ends_with("/set-password/") && !form.contains(token),
        "{form}"
    );
    let page = client.get(&form);
    assert!(page.shows(&["Choose a new password", "noindex"]) && !page.text().contains(token));
    assert_eq!(page.header("referrer-policy"), "same-origin");
    // Opening the link does not use it up.
    assert_eq!(follow(&site.client(), link), form);

    let page = client.post(&form, &[("new_password1", NEW), ("new_password2", "other")]);
    assert_eq!(
        page.errors("new_password2"),
        "The two password fields didn’t match."
    );
    let reply = client.post(&form, &[("new_password1", NEW), ("new_password2", NEW)]);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/accounts/reset/done/"),
        "{}",
        reply.text()
    );
    assert!(
        client
            .get("/accounts/reset/done/")
            .shows(&["Your new password is set.", "/accounts/login/"])
    );
    assert!(check_password(NEW, &CHARLIE.row(&site).password).correct);

    is_invalid(&client, link);
    is_invalid(&client, &form);
    is_invalid(&site.client(), link);
    let key = client.cookie("sessionid");
    assert!(
        key.is_none_or(|key| session(&site, &key).unwrap().is_empty()),
        "the token is gone from the session"
    );
    // The reset logs nobody in, and ends other sessions.
    assert_eq!(
        (client.get(PROFILE).status, elsewhere.get(PROFILE).status),
        (302, 302)
    );
}

fn links_that_are_old_or_of_another_user_or_malformed_are_invalid(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    is_invalid(&client, &made(&site, TimeDelta::seconds(259_210)));
    let (charlie, good) = (
        encode_uid(CHARLIE.row(&site).id),
        made(&site, TimeDelta::zero()),
    );
    let token = good
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let alice = encode_uid(ALICE.row(&site).id);
    for (uid, token) in [
        (alice.as_str(), token.as_str()),
        (&charlie, "set-password"),
        (&charlie, "x"),
        (&charlie, "-"),
        (&charlie, &token[1..]),
        (
            &charlie,
            "zzzzzzzzzzzzzzzz-00000000000000000000000000000000",
        ),
        ("LTE", &token),
        ("OTk5OTk5OTk5OTk5OTk5", &token),
        ("%C3%A9", &token),
        ("%00", &token),
        ("%ff", "%ff"),
        (&"A".repeat(3000), "%0d%0a"),
        (&charlie, "%20"),
    ] {
        is_invalid(&client, &format!("/accounts/reset/{uid}/{token}/"));
    }
    assert!(sessions(&site).is_empty());
    follow(&site.client(), &made(&site, TimeDelta::seconds(259_100)));
}

fn a_form_is_accepted_only_from_the_browser_and_for_the_user_of_the_link(kind: Kind) {
    let site = shop(kind);
    let client = site.client();
    let form = follow(&client, &made(&site, TimeDelta::zero()));
    let alices = format!(
        "/accounts/reset/{}/set-password/",
        encode_uid(ALICE.row(&site).id)
    );
    is_invalid(&client, &alices);
    let fields = [("new_password1", NEW), ("new_password2", NEW)];
    for (client, path) in [(&client, &alices), (&site.client(), &form)] {
        let page = client.post(path, &fields);
        assert_eq!(page.status, 200);
        assert!(page.shows(&["This link is invalid"]), "{path}");
    }
    // A POST to the link itself is redirected to the form.
    let reply = site.client().post(&made(&site, TimeDelta::zero()), &fields);
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, form.as_str())
    );
    let hashes = [ALICE.row(&site).password, CHARLIE.row(&site).password];
    assert!(
        hashes.iter().all(|hash| hash.contains("$saltof")),
        "{hashes:?}"
    );
}

fn a_link_is_invalid_after_the_next_login(kind: Kind) {
    let site = shop(kind);
    let link = made(&site, TimeDelta::zero());
    site.client().log_in(&CHARLIE);
    is_invalid(&site.client(), &link);
}

on_both!(
    the_answer_is_the_same_for_any_address_and_mail_goes_to_the_stored_one,
    mails_to_one_account_or_from_one_address_are_slowed_down_with_the_same_answer,
    a_wrong_mail_address_has_an_error_beside_its_field,
    a_link_works_once_and_its_token_leaves_the_url_at_once,
    links_that_are_old_or_of_another_user_or_malformed_are_invalid,
    a_form_is_accepted_only_from_the_browser_and_for_the_user_of_the_link,
    a_link_is_invalid_after_the_next_login
);
