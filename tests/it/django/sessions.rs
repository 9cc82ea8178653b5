//! Sessions, passwords, reset links and messages that one side creates and the other uses.

use std::time::Duration;

use nuages::auth::User;
use nuages::auth::hashers::{HashPolicy, Hasher, check_password};
use nuages::messages::{Level, decode_cookie};
use nuages::settings::{DjangoVersion, SecretKey};
use serde_json::{Value, json};

use super::project::Django;
use crate::support::{CHARLIE, Client, Database, Kind, LOGIN, SECRET_KEY, TestSite};

const PROFILE: &str = "/accounts/profile/";
const NEW: &str = "neuf théières à 9 €";

/// Returns the path of the reset link in the only mail in the site's folder.
fn mailed_link(site: &TestSite) -> String {
    for _ in 0..100 {
        let files = std::fs::read_dir(site.database.dir.path().join("mail"))
            .into_iter()
            .flatten();
        let mail: String = files
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        if mail.contains("</html>") {
            let (_, rest) = mail.split_once("/accounts/reset/").unwrap();
            return format!(
                "/accounts/reset/{}",
                rest.split_whitespace().next().unwrap()
            );
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no mail came")
}

/// Creates a session, messages and a reset link for Charlie with Nuages' pages.
fn made_here(site: &TestSite) -> Value {
    let client = site.client();
    client.log_in(&CHARLIE);
    let fields = [
        ("old_password", CHARLIE.password),
        ("new_password1", NEW),
        ("new_password2", NEW),
    ];
    assert_eq!(
        client.post("/accounts/password_change/", &fields).status,
        302
    );
    assert_eq!(
        client.post(PROFILE, &[("email", CHARLIE.email)]).status,
        302
    );
    client.post("/accounts/password_reset/", &[("email", CHARLIE.email)]);
    json!({ "session": client.cookie("sessionid"), "messages": null, "link": mailed_link(site), "password": NEW })
}

/// Returns hashes of further kinds that every Django supports, whatever is installed.
fn hashes(version: DjangoVersion) -> Vec<String> {
    [Hasher::Pbkdf2Sha1, Hasher::Scrypt]
        .map(|hasher| HashPolicy::for_version(hasher, version).encode(NEW))
        .into()
}

/// Lets Django check the data that Nuages created; returns the data that Django created.
fn exchanged(django: &Django, database: &Database, ours: &Value) -> Value {
    let script = format!(
        "OURS = {}\n{}",
        json!(ours.to_string()),
        include_str!("sessions.py")
    );
    serde_json::from_str(&django.shell(database, &script)).unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn site(kind: Kind, version: DjangoVersion) -> TestSite {
    let database = Database::migrated(kind);
    CHARLIE.save(&mut database.connect());
    let folder = database.dir.path().join("mail").display().to_string();
    let version = version.to_string();
    let settings = [
        ("EMAIL_BACKEND", "file"),
        ("TASK_THREADS", "1"),
        ("EMAIL_FILE_PATH", &*folder),
        ("DJANGO_VERSION", &*version),
    ];
    TestSite::with(database, &settings, crate::shop::urls)
}

/// Whether the client is logged in as this user.
fn is(client: &Client, username: &str) -> bool {
    client
        .get(PROFILE)
        .shows(&[&format!("Hello, <bdi>{username}</bdi>")])
}

// One test for everything, because each Django takes a second to start.
fn each_side_accepts_sessions_of_the_other(kind: Kind, django: &Django) {
    let site = site(kind, django.version);
    let mut ours = made_here(&site);
    ours["hashes"] = json!(hashes(django.version));
    let saved = CHARLIE
        .browser(&site)
        .post(PROFILE, &[("email", CHARLIE.email)]);
    ours["messages"] = saved
        .set_cookie("messages")
        .split(';')
        .next()
        .unwrap()
        .trim_start_matches("messages=")
        .into();
    let theirs = exchanged(django, &site.database, &ours);

    let client = site.client();
    client.keep("sessionid", text(&theirs, "session"));
    assert!(is(&client, "bob"));
    for hash in theirs["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| hash.as_str().unwrap())
    {
        let check = check_password(text(&theirs, "password"), hash);
        assert!(check.correct, "{hash}");
        assert_eq!(
            check.must_update,
            !hash.starts_with("pbkdf2_sha256$"),
            "{hash}"
        );
    }
    let stored = decode_cookie(
        text(&theirs, "messages"),
        [SecretKey::new(SECRET_KEY)].iter(),
    )
    .unwrap();
    let read: Vec<_> = stored
        .messages
        .iter()
        .map(|one| (one.level, one.text.as_str(), one.tags()))
        .collect();
    assert_eq!(
        read,
        [
            (Level::SUCCESS, "Saved <b>€</b>", "success".to_owned()),
            (Level::WARNING, "Careful", "big warning".to_owned())
        ]
    );
    client.keep("messages", text(&theirs, "messages"));
    assert!(
        client
            .get("/")
            .shows(&["Saved &#60;b&#62;€&#60;/b&#62;", "message big warning"])
    );

    let visitor = site.client();
    let form = visitor
        .get(text(&theirs, "link"))
        .header("location")
        .to_owned();
    assert!(form.ends_with("/set-password/"), "{form}");
    let fields = [("new_password1", NEW), ("new_password2", NEW)];
    assert_eq!(
        visitor.post(&form, &fields).header("location"),
        "/accounts/reset/done/"
    );
    let bob = User::find_by_username(&mut site.connect(), "bob")
        .unwrap()
        .unwrap();
    assert!(check_password(NEW, &bob.password).correct);
    assert!(
        !is(&client, "bob"),
        "the session that Django made ends with the password it was made for"
    );
    // A login at Nuages' login page works like Django's.
    assert_eq!(
        visitor
            .post(LOGIN, &[("username", "bob"), ("password", NEW)])
            .status,
        302
    );
    assert!(is(&visitor, "bob"));
}

with_django!(each_side_accepts_sessions_of_the_other);
