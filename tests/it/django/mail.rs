//! Mail has the headers and parts of Django's `EmailMultiAlternatives`.

use std::fmt::Write as _;
use std::fs;

use nuages::mail::EmailMessage;
use nuages::settings::{EmailBackend, EmailSettings, Env, Settings};
use serde_json::{Value, json};

use super::project::Django;
use crate::support::{Database, Kind};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns messages of every shape, and some that must be refused.
fn messages() -> Vec<EmailMessage> {
    let plain = EmailMessage::new("Hello", "Dear Ann,\n\nhello.\n", ["ann@example.com"]);
    vec![
        plain.clone(),
        plain.clone().html("<p>hello</p>\n"),
        EmailMessage::new(
            "Grüße",
            "Schöne Grüße\n",
            ["Änn <ann@example.com>", "b@example.com"],
        )
        .from_email("Der Laden <laden@example.com>")
        .cc(["c@example.com", "Dee <d@example.com>"])
        .bcc(["hidden@example.com"])
        .reply_to(["r@example.com"])
        .header("X-Order", "7 – seven")
        .header("List-Id", "<shop.example.com>"),
        plain
            .clone()
            .html("<p>hello</p>")
            .attach(
                "invoice.pdf",
                b"%PDF-1.7 \x00\xff".to_vec(),
                "application/pdf",
            )
            .attach("größe.txt", "groß\n", "text/plain"),
        plain.clone().attach("a \"b\".csv", "1,2\n", "text/csv"),
        EmailMessage::new("Copies only", "Hello\n", [""; 0]).bcc(["hidden@example.com"]),
        EmailMessage::new("Hello\nBcc: x@example.com", "Hello\n", ["a@example.com"]),
        EmailMessage::new("Hello", "Hello\n", ["a@example.com\nBcc: x@example.com"]),
        plain.clone().from_email("a@example.com\r\nX: y"),
        plain.clone().cc(["a@example.com\nX: y"]),
        plain.clone().reply_to(["a@example.com\nX: y"]),
        plain.header("X-Order", "7\nX: y"),
    ]
}

/// Sends `mail` to a file and returns its content, or `None` if it is refused.
fn sent(mail: &EmailMessage, database: &Database, at: usize) -> Option<Vec<u8>> {
    let settings = Settings::read(&Env::from_pairs(&[("SECRET_KEY", "x")])).unwrap();
    let folder = database.dir.path().join(format!("mail{at}"));
    let settings = EmailSettings {
        backend: EmailBackend::File,
        file_path: folder.clone(),
        from: "shop@example.com".to_owned(),
        ..settings.email
    };
    mail.send(&settings).ok()?;
    let mut files = fs::read_dir(folder).unwrap();
    Some(fs::read(files.next().unwrap().unwrap().path()).unwrap())
}

fn mail_has_the_headers_and_parts_of_django(kind: Kind, django: &Django) {
    let database = Database::empty(kind);
    let describe = |(at, mail): (usize, &EmailMessage)| -> Value {
        let attachments: Vec<Value> = mail
            .attachments
            .iter()
            .map(|file| json!([file.filename, hex(&file.content), file.mimetype]))
            .collect();
        json!({
            "subject": mail.subject, "body": mail.body, "from_email": mail.from_email,
            "to": mail.to, "cc": mail.cc, "bcc": mail.bcc, "reply_to": mail.reply_to,
            "headers": mail.headers, "html": mail.html, "attachments": attachments,
            "sent": sent(mail, &database, at).map(|bytes| hex(&bytes)),
            "recipients": mail.recipients().collect::<Vec<_>>(),
        })
    };
    let messages = messages();
    let asked: Vec<Value> = messages.iter().enumerate().map(describe).collect();
    let asked = json!(json!(asked).to_string());
    let script = format!(
        "import json\nASKED = json.loads({asked})\n{}",
        include_str!("mail.py")
    );

    let answered = django.shell(&database, &script);

    let answered: Vec<Value> = answered
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answered.len(), messages.len());
    for (mail, answer) in messages.iter().zip(answered) {
        assert_eq!(answer[1], answer[0], "ours and Django's of {mail:?}");
    }
}
with_django!(mail_has_the_headers_and_parts_of_django);
