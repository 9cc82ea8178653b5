//! Mail by SMTP, to a real server: aiosmtpd, from `tests/django/requirements.txt`.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::{CHARLIE, Database, Kind, Process, nuages, say_skipped};

const RESET: &str = "/accounts/password_reset/";

/// A mail server that writes received mail to a folder; it ends when the value is dropped.
struct Server {
    child: Child,
    inbox: PathBuf,
}

/// Returns a Python with aiosmtpd.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("NUAGES_DJANGO_PYTHON").map(PathBuf::from);
    let python =
        named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python"));
    let asked = Command::new(&python)
        .args(["-c", "import aiosmtpd"])
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success()).then_some(python)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

impl Server {
    fn start(python: &Path, port: u16, dir: &Path) -> Self {
        let inbox = dir.join("inbox");
        let mut command = Command::new(python);
        command.args([
            "-m",
            "aiosmtpd",
            "-n",
            "-l",
            &format!("127.0.0.1:{port}"),
            "-c",
            "aiosmtpd.handlers.Mailbox",
        ]);
        let child = command.arg(&inbox).stdin(Stdio::null()).spawn().unwrap();
        let server = Self { child, inbox };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no mail server")
    }

    /// Returns the received mails, as soon as there is one.
    fn received(&self) -> Vec<String> {
        for _ in 0..400 {
            let files = std::fs::read_dir(self.inbox.join("new"))
                .into_iter()
                .flatten();
            let mails: Vec<String> = files
                .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
                .collect();
            if !mails.is_empty() {
                return mails;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no mail came")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn send(database: &Database, port: u16, more: &[(&str, &str)]) -> Output {
    let mut command = nuages(database.dir.path(), &database.url);
    command
        .args(["sendtestemail", "ann@example.com"])
        .env("EMAIL_HOST", "127.0.0.1");
    command
        .env("EMAIL_PORT", port.to_string())
        .envs(more.iter().copied())
        .output()
        .unwrap()
}

/// Requests a link for Charlie; returns the time that the page took.
fn ask(site: &Process) -> Duration {
    let client = site.client();
    let token = client.token(RESET);
    let began = Instant::now();
    let reply = client.post_with(
        RESET,
        &[],
        &[("email", CHARLIE.email), ("csrfmiddlewaretoken", &token)],
    );
    assert_eq!(
        (reply.status, reply.header("location")),
        (302, "/accounts/password_reset/done/")
    );
    began.elapsed()
}

fn a_link_goes_through_a_mail_server_that_was_down_at_first(kind: Kind) {
    let Some(python) = python() else {
        return say_skipped(module_path!(), "there is no aiosmtpd (scripts/setup)");
    };
    let database = Database::migrated(kind);
    CHARLIE.save(&mut database.connect());
    let port = free_port();
    let settings = [
        ("EMAIL_HOST", "127.0.0.1"),
        ("EMAIL_PORT", &port.to_string()),
        ("DEFAULT_FROM_EMAIL", "Shop <shop@example.com>"),
    ];
    let site = Process::start(&database, &settings);
    assert!(
        ask(&site) < Duration::from_secs(4),
        "the page does not wait for the mail server"
    );
    for _ in 0..100 {
        if site.log().contains("nuages.tasks") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(
        site.log().contains("attempt 1 has failed: mail: "),
        "{}",
        site.log()
    );
    let token_is_logged = site.log().contains("/accounts/reset/");
    assert!(!token_is_logged);

    let server = Server::start(&python, port, database.dir.path());
    let mails = server.received();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    for part in [
        "From: Shop <shop@example.com>",
        "To: charlie@example.com",
        "Subject: Password reset on 127.0.0.1:",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "X-RcptTo: charlie@example.com",
        "X-MailFrom: shop@example.com",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let (_, link) = mail.split_once("/accounts/reset/").unwrap();
    let link = format!(
        "/accounts/reset/{}",
        link.split_whitespace().next().unwrap()
    );
    assert!(
        site.client()
            .get(&link)
            .header("location")
            .ends_with("/set-password/"),
        "{link}"
    );
}

on_both!(a_link_goes_through_a_mail_server_that_was_down_at_first);

#[test]
fn sendtestemail_says_whether_the_server_took_it() {
    let Some(python) = python() else {
        return say_skipped(module_path!(), "there is no aiosmtpd (scripts/setup)");
    };
    let database = Database::migrated(Kind::Sqlite);
    let port = free_port();
    let down = send(&database, port, &[]);
    assert_eq!(down.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&down.stderr).contains("mail: "),
        "{down:?}"
    );

    let server = Server::start(&python, port, database.dir.path());
    // A client that requires TLS sends nothing to a server without TLS, and no password to a server
    // that did not ask for one.
    for (name, value) in [
        ("EMAIL_USE_TLS", "1"),
        ("EMAIL_USE_SSL", "1"),
        ("EMAIL_HOST_USER", "ann"),
    ] {
        let refused = send(
            &database,
            port,
            &[
                (name, value),
                ("EMAIL_HOST_PASSWORD", "secret"),
                ("EMAIL_TIMEOUT", "2"),
            ],
        );
        assert_eq!(refused.status.code(), Some(1), "{name}");
        assert!(!String::from_utf8_lossy(&refused.stderr).contains("secret"));
    }
    let sent = send(&database, port, &[]);
    assert!(sent.status.success(), "{sent:?}");
    let mails = server.received();
    assert!(
        mails.len() == 1 && mails[0].contains("Subject: Test email from Nuages"),
        "{mails:?}"
    );
}
