//! The rounds of password hashes: neither side renews the hashes of the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Stdio};

use nuages::auth::User;
use nuages::auth::password_validation::is_common;
use serde_json::{Value, json};

use super::project::Django;
use super::{made_by, nuages};
use crate::support::{Database, Kind, LOGIN, TestSite};

const PASSWORD: &str = "eve-eats-9-elderberries";
const PROFILE: &str = "/accounts/profile/";

/// A running Django that logs `eve` in on request.
struct Partner {
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Partner {
    fn start(django: &Django, database: &Database) -> Self {
        let script = format!("PASSWORD = {PASSWORD:?}\n{}", include_str!("passwords.py"));
        let mut process = django
            .manage_command(
                database,
                &[
                    "shell",
                    "--verbosity=0",
                    "--no-imports",
                    "--command",
                    &script,
                ],
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (
            process.stdin.take().unwrap(),
            BufReader::new(process.stdout.take().unwrap()),
        );
        Self {
            process,
            input,
            output,
        }
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("Django answered {line:?}: {error}"))
    }

    /// Logs in once more; returns the new session and those of `sessions` that are still valid in
    /// Django.
    fn log_in(&mut self, sessions: &[String]) -> (String, Vec<String>) {
        writeln!(self.input, "{}", json!(sessions)).unwrap();
        let answer = self.read();
        (
            serde_json::from_value(answer["session"].clone()).unwrap(),
            serde_json::from_value(answer["alive"].clone()).unwrap(),
        )
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn each_common_password_of_django_is_refused(_kind: Kind, django: &Django) {
    let read = "import gzip, django; from pathlib import Path
print(gzip.decompress((Path(django.__file__).parent / 'contrib/auth/common-passwords.txt.gz').read_bytes()).decode())";
    let listed = super::project::output(
        django
            .python(&Database::empty(Kind::Sqlite))
            .args(["-c", read]),
    );
    let long_enough: Vec<&str> = listed
        .lines()
        .map(str::trim)
        .filter(|line| line.chars().count() >= 8)
        .collect();
    assert!(
        long_enough.len() > 8000,
        "Django's list must be read, but has {} passwords",
        long_enough.len()
    );
    let accepted: Vec<&&str> = long_enough
        .iter()
        .filter(|password| !is_common(password))
        .collect();
    assert!(
        accepted.is_empty(),
        "{} of Django's {} common passwords are accepted: {accepted:?}",
        accepted.len(),
        long_enough.len()
    );
}

fn ten_alternate_logins_leave_every_session_alive_and_the_hash_unchanged(
    kind: Kind,
    django: &Django,
) {
    let database = made_by(django, kind);
    nuages(&database, &["migrate"]);
    let mut partner = Partner::start(django, &database);
    let hash: String = serde_json::from_value(partner.read()).unwrap();
    let rounds = format!("pbkdf2_sha256${}$", django.version.pbkdf2_rounds());
    assert!(
        hash.starts_with(&rounds),
        "Django {} makes hashes that start with {rounds}, not {hash}",
        django.version
    );

    // One site detects the version from the database, another has it set, a third is set to the
    // oldest.
    let told = TestSite::with(database, &[], crate::shop::urls);
    let set = TestSite::beside(&told, &[("DJANGO_VERSION", &django.version.to_string())]);
    let oldest = TestSite::beside(&told, &[("DJANGO_VERSION", "5.2")]);
    let mut sessions: Vec<String> = Vec::new();
    for round in 0..10 {
        let client = [&told, &set, &oldest][round % 3].client();
        let reply = client.post(LOGIN, &[("username", "eve"), ("password", PASSWORD)]);
        assert_eq!(reply.status, 302, "login {round} in Nuages must succeed");
        sessions.push(client.cookie("sessionid").unwrap());
        let (session, alive) = partner.log_in(&sessions);
        assert_eq!(
            alive, sessions,
            "after login {round} in Nuages, every session must be alive in Django"
        );
        sessions.push(session);

        let stored = User::find_by_username(&mut told.connect(), "eve")
            .unwrap()
            .unwrap()
            .password;
        assert_eq!(stored, hash, "the hash after login {round} on both sides");
    }
    for session in &sessions {
        let client = told.client();
        client.keep("sessionid", session);
        assert!(
            client.get(PROFILE).shows(&["Hello, <bdi>eve</bdi>"]),
            "session {session} must be alive in Nuages"
        );
    }
}

fn new_hashes_have_the_rounds_of_the_django_that_the_database_tells(kind: Kind, django: &Django) {
    let database = made_by(django, kind);
    nuages(&database, &["migrate"]);
    // Wait until Django has created eve.
    Partner::start(django, &database).read();
    let rounds = format!("pbkdf2_sha256${}$", django.version.pbkdf2_rounds());
    let made = crate::support::nuages(database.dir.path(), &database.url)
        .args([
            "createsuperuser",
            "--noinput",
            "--username",
            "ann",
            "--email",
            "",
        ])
        .env("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "createsuperuser: {}",
        super::said(&made)
    );

    let site = TestSite::with(database, &[], crate::shop::urls);
    let fields = [
        ("username", "zoe"),
        ("email", "zoe@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    assert_eq!(
        site.client().post("/accounts/signup/", &fields).status,
        302,
        "signing up must succeed"
    );
    for name in ["ann", "zoe"] {
        let user = User::find_by_username(&mut site.connect(), name)
            .unwrap()
            .unwrap();
        assert!(
            user.password.starts_with(&rounds),
            "the hash of {name} must start with {rounds}: {}",
            user.password
        );
    }
}

with_django!(
    each_common_password_of_django_is_refused,
    ten_alternate_logins_leave_every_session_alive_and_the_hash_unchanged,
    new_hashes_have_the_rounds_of_the_django_that_the_database_tells
);
