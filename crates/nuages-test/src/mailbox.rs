//! The mails that a site has sent.

use std::fs;
use std::path::{Path, PathBuf};

use mailparse::{DispositionType, MailHeaderMap as _, ParsedMail};

/// A mail that the site has sent: Django's `mail.outbox`.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// The recipients, as in the header `To`.
    pub to: Vec<String>,
    /// The sender.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part; "" if the mail has none.
    pub html: String,
    /// The attachments.
    pub attachments: Vec<Attachment>,
    headers: Vec<(String, String)>,
}

/// A file of a mail.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The name of the file.
    pub name: String,
    /// The type: `application/pdf`.
    pub content_type: String,
    /// The content.
    pub content: Vec<u8>,
}

impl ReceivedMail {
    /// Returns a header, or "" if the mail does not have that header: `mail.header("Reply-To")`.
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    /// Returns the first link of the text that contains `part`: the one to reset a password, for
    /// example.
    #[track_caller]
    pub fn link(&self, part: &str) -> String {
        let mut words = self.text.split_whitespace();
        let link = words.find(|word| word.starts_with("http") && word.contains(part));
        match link {
            Some(link) => link.to_owned(),
            None => panic!("expected a link with {part:?} in the mail:\n{}", self.text),
        }
    }

    fn parse(bytes: &[u8]) -> Self {
        let mail = mailparse::parse_mail(bytes)
            .unwrap_or_else(|error| panic!("the site has sent a broken mail: {error}"));
        let headers: Vec<(String, String)> = mail
            .headers
            .iter()
            .map(|header| (header.get_key(), header.get_value()))
            .collect();
        let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
        let recipients = header("To");
        let mut received = Self {
            to: recipients
                .split(',')
                .map(|address| address.trim().to_owned())
                .collect(),
            from: header("From"),
            subject: header("Subject"),
            text: String::new(),
            html: String::new(),
            attachments: Vec::new(),
            headers,
        };
        received.add_part(&mail);
        received
    }

    fn add_part(&mut self, part: &ParsedMail<'_>) {
        for inner in &part.subparts {
            self.add_part(inner);
        }
        if !part.subparts.is_empty() {
            return;
        }
        let disposition = part.get_content_disposition();
        let is_attached = disposition.disposition == DispositionType::Attachment;
        let body = || part.get_body().unwrap_or_default().replace("\r\n", "\n");
        match &*part.ctype.mimetype {
            "text/plain" if !is_attached => self.text = body(),
            "text/html" if !is_attached => self.html = body(),
            kind => self.attachments.push(Attachment {
                name: disposition
                    .params
                    .get("filename")
                    .cloned()
                    .unwrap_or_default(),
                content_type: kind.to_owned(),
                content: part.get_body_raw().unwrap_or_default(),
            }),
        }
    }
}

/// Reads the mails in `folder`, in the order of their files.
pub(crate) fn read(folder: &Path) -> Vec<ReceivedMail> {
    let files = files(folder).into_iter();
    let mails = files
        .map(|file| fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    mails.map(|mail| ReceivedMail::parse(&mail)).collect()
}

/// Deletes the mails in `folder`.
pub(crate) fn empty(folder: &Path) {
    for file in files(folder) {
        fs::remove_file(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}
