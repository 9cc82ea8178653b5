//! The log of logins: the target `nuages.security`.

use nuages::auth::tokens::{encode_uid, make_token};
use nuages::settings::SecretKey;

use super::people;
use super::throttle::blocked_for;
use crate::support::{CHARLIE, Kind, LOGIN, Process, SECRET_KEY};

const NEW: &str = "nine-violet-teapots";

/// Returns the security log without the parts that differ each time; checks that each line has a
/// request id.
fn events(site: &Process) -> Vec<String> {
    let log = site.log();
    let lines = log.lines().filter_map(|line| {
        let (before, event) = line.split_once(" nuages.security ")?;
        assert!(
            before.ends_with(']') && before.contains(" ["),
            "no request: {line}"
        );
        Some(event.to_owned())
    });
    lines.collect()
}

fn every_event_is_a_line_with_the_user_and_the_address(kind: Kind) {
    let database = people(kind);
    let settings = [
        ("RUST_LOG", "nuages.security=info"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("LOGIN_FREE_FAILURES", "1"),
        ("EMAIL_BACKEND", "file"),
        ("EMAIL_FILE_PATH", "mail"),
    ];
    let site = Process::start(&database, &settings);
    let client = site.client();
    let log_in = |name: &str, password: &str| {
        let token = client.token(LOGIN);
        let fields = [
            ("username", name),
            ("password", password),
            ("csrfmiddlewaretoken", &token),
        ];
        client.post_with(LOGIN, &[("x-forwarded-for", "2001:db8::7")], &fields)
    };
    log_in("charlie", "a-wrong-secret");
    blocked_for(&database, 600);
    log_in("charlie", "a-wrong-secret");
    log_in("e\u{202e}ve\u{1b}[2J\" user=\"bob", "a-wrong-secret");
    client.post("/accounts/password_reset/", &[("email", CHARLIE.email)]);
    client.post(
        "/accounts/password_reset/",
        &[("email", "nobody@example.com")],
    );

    let user = nuages::auth::User::find_by_username(&mut database.connect(), "charlie")
        .unwrap()
        .unwrap();
    let link = |user: &nuages::auth::User| {
        let token = make_token(
            &user.token_subject(),
            &SecretKey::new(SECRET_KEY),
            chrono::Utc::now(),
            chrono_tz::UTC,
        );
        format!("/accounts/reset/{}/{token}/", encode_uid(user.id))
    };
    let form = client.get(&link(&user)).header("location").to_owned();
    client.post(&form, &[("new_password1", NEW), ("new_password2", NEW)]);
    assert_eq!(log_in("charlie", NEW).status, 302);
    let fields = [
        ("old_password", NEW),
        ("new_password1", "other-blue-kettles"),
        ("new_password2", "other-blue-kettles"),
    ];
    client.post("/accounts/password_change/", &fields);
    client.post("/accounts/logout/", &[]);
    client.post_with("/accounts/logout/", &[], &[]);
    client.get_with("/", &[("host", "evil.example")]);
    let fields = [
        ("username", "zoe"),
        ("email", "zoe@example.com"),
        ("password1", NEW),
        ("password2", NEW),
    ];
    client.post("/accounts/signup/", &fields);

    let expected = [
        r#"event=login_failed user="charlie" address="2001:db8::7""#,
        r#"event=lockout user="charlie" address="2001:db8::7" scope="account and address" seconds="1""#,
        r#"event=login_blocked user="charlie" address="2001:db8::7""#,
        r#"event=login_failed user="e\u{202e}ve\u{1b}[2J\" user=\"bob" address="2001:db8::7""#,
        r#"event=lockout user="e\u{202e}ve\u{1b}[2J\" user=\"bob" address="2001:db8::7" scope="account and address" seconds="1""#,
        r#"event=password_reset_requested user="charlie" address="127.0.0.1""#,
        r#"event=password_reset_requested user="" address="127.0.0.1""#,
        r#"event=password_reset user="charlie" address="127.0.0.1""#,
        r#"event=login user="charlie" address="2001:db8::7""#,
        r#"event=password_changed user="charlie" address="127.0.0.1""#,
        r#"event=logout user="charlie" address="127.0.0.1""#,
        r#"event=csrf_refused reason="CSRF token missing." path="/accounts/logout/" address="127.0.0.1""#,
        r#"event=host_refused host="evil.example" address="127.0.0.1""#,
        r#"event=signup user="zoe" address="127.0.0.1""#,
        r#"event=login user="zoe" address="127.0.0.1""#,
    ];
    let events = events(&site);
    assert_eq!(events, expected, "{events:#?}");
    for secret in [
        "a-wrong-secret",
        NEW,
        "other-blue-kettles",
        &client.cookie("sessionid").unwrap(),
    ] {
        assert!(!site.log().contains(secret), "{secret}");
    }
}

on_both!(every_event_is_a_line_with_the_user_and_the_address);
