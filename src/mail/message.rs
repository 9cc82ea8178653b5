//! [`EmailMessage`] and its conversion to the bytes that are sent.

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::settings::{EmailBackend, EmailSettings};

/// Headers that [`EmailMessage::header`] refuses, because another method sets them or lettre does.
const OWN_HEADERS: [&str; 9] = [
    "From",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Subject",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// A mail (Django's `EmailMessage` and `EmailMultiAlternatives`).
///
/// ```
/// use nuages::mail::EmailMessage;
///
/// let mail = EmailMessage::new("Invoice 7", "Dear Ann,\n\nthe invoice is attached.\n", ["Ann <ann@example.com>"])
///     .cc(["office@example.com"])
///     .bcc(["archive@example.com"])
///     .reply_to(["invoices@example.com"])
///     .header("X-Invoice", "7")
///     .attach("invoice.pdf", b"%PDF-1.7 ...".to_vec(), "application/pdf");
/// assert_eq!(mail.recipients().count(), 3);
/// ```
///
/// Addresses may have a name: `Ann <ann@example.com>`. Sending fails if an address is not one, or if a
/// header would contain a line break, which could add a header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmailMessage {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub body: String,
    /// The sender; `None` means `DEFAULT_FROM_EMAIL`.
    pub from_email: Option<String>,
    /// The recipients.
    pub to: Vec<String>,
    /// The recipients of copies.
    pub cc: Vec<String>,
    /// The recipients whom no other recipient sees.
    pub bcc: Vec<String>,
    /// The addresses for answers.
    pub reply_to: Vec<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The same text in HTML. Without it the mail has no HTML part.
    pub html: Option<String>,
    /// The attached files.
    pub attachments: Vec<EmailAttachment>,
    /// The first part of the header `Message-ID`, which is the same for each attempt to send; `None` before the message is
    /// enqueued.
    #[serde(default)]
    pub(super) id: Option<String>,
}

/// A file that is attached to a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailAttachment {
    /// The name of the file.
    pub filename: String,
    /// The content.
    #[serde(with = "base64_text")]
    pub content: Vec<u8>,
    /// The type of the content: `application/pdf`.
    pub mimetype: String,
}

/// Methods that set lists of addresses.
macro_rules! addresses {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name<A: Into<String>>(mut self, addresses: impl IntoIterator<Item = A>) -> Self {
            self.$name = addresses.into_iter().map(Into::into).collect();
            self
        }
    )*};
}

impl EmailMessage {
    /// Creates a mail with a text for these recipients.
    pub fn new<A: Into<String>>(
        subject: impl Into<String>,
        body: impl Into<String>,
        to: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            subject: subject.into(),
            body: body.into(),
            to: to.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    addresses! {
        /// Sets the recipients of copies.
        cc,
        /// Sets the recipients whom no other recipient sees.
        bcc,
        /// Sets the addresses for answers.
        reply_to
    }

    /// Sets the sender instead of `DEFAULT_FROM_EMAIL`.
    #[must_use]
    pub fn from_email(mut self, address: impl Into<String>) -> Self {
        self.from_email = Some(address.into());
        self
    }

    /// Adds the same text in HTML (Django's `attach_alternative(html, "text/html")`).
    #[must_use]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.html = Some(html.into());
        self
    }

    /// Adds a header: `.header("List-Unsubscribe", "<https://example.com/leave/>")`.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Attaches a file with this name, content and type.
    #[must_use]
    pub fn attach(
        mut self,
        filename: impl Into<String>,
        content: impl Into<Vec<u8>>,
        mimetype: impl Into<String>,
    ) -> Self {
        self.attachments.push(EmailAttachment {
            filename: filename.into(),
            content: content.into(),
            mimetype: mimetype.into(),
        });
        self
    }

    /// Returns every recipient: those of the mail, of copies and of hidden copies.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        let all = self.to.iter().chain(&self.cc).chain(&self.bcc);
        all.map(String::as_str)
            .filter(|address| !address.is_empty())
    }

    /// Returns the mail as it is sent.
    pub(super) fn compose(&self, settings: &EmailSettings) -> Result<Message> {
        let mut message = self.with_addresses(settings)?;
        message = message.subject(single_line("subject", &self.subject)?);
        for (name, value) in &self.headers {
            message = message.raw_header(own_header(name, value)?);
        }

        let text = part(ContentType::TEXT_PLAIN, &self.body);
        // A terminal is for reading: without the HTML and the attachments.
        let message = if matches!(settings.backend, EmailBackend::Console) {
            message.singlepart(text)
        } else {
            self.with_parts(message, text)?
        };
        message.map_err(|error| Error::command(format!("mail: {error}")))
    }

    fn with_addresses(&self, settings: &EmailSettings) -> Result<MessageBuilder> {
        let from = mailbox(self.from_email.as_deref().unwrap_or(&settings.from))?;
        let domain = from.email.domain().to_owned();

        let mut message = Message::builder().from(from);
        for address in &self.to {
            message = message.to(mailbox(address)?);
        }
        for address in &self.cc {
            message = message.cc(mailbox(address)?);
        }
        for address in &self.bcc {
            message = message.bcc(mailbox(address)?);
        }
        for address in &self.reply_to {
            message = message.reply_to(mailbox(address)?);
        }
        let has_id = |(name, _): &(String, String)| name.eq_ignore_ascii_case("Message-ID");
        if !self.headers.iter().any(has_id) {
            let id = self.id.clone().unwrap_or_else(new_id);
            message = message.message_id(Some(format!("<{id}@{domain}>")));
        }
        Ok(message)
    }

    /// Adds the text, the HTML if there is one, and the attachments.
    fn with_parts(
        &self,
        message: MessageBuilder,
        text: SinglePart,
    ) -> Result<std::result::Result<Message, lettre::error::Error>> {
        let html = self.html.as_ref();
        let alternatives = html.map(|html| {
            let parts = MultiPart::alternative().singlepart(text.clone());
            parts.singlepart(part(ContentType::TEXT_HTML, html))
        });
        if self.attachments.is_empty() {
            return Ok(match alternatives {
                Some(parts) => message.multipart(parts),
                None => message.singlepart(text),
            });
        }

        let mut mixed = match alternatives {
            Some(parts) => MultiPart::mixed().multipart(parts),
            None => MultiPart::mixed().singlepart(text),
        };
        for attachment in &self.attachments {
            mixed = mixed.singlepart(attachment.part()?);
        }
        Ok(message.multipart(mixed))
    }
}

impl EmailAttachment {
    fn part(&self) -> Result<SinglePart> {
        let filename = single_line("file name", &self.filename)?;
        let mimetype = single_line("type", &self.mimetype)?;
        let kind = ContentType::parse(mimetype)
            .map_err(|error| Error::command(format!("mail: {mimetype:?}: {error}")))?;
        Ok(Attachment::new(filename.to_owned()).body(Body::new(self.content.clone()), kind))
    }
}

/// Returns the first part of a new `Message-ID`.
pub(super) fn new_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Stores bytes as text in JSON.
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(D::Error::custom)
    }
}

fn mailbox(text: &str) -> Result<Mailbox> {
    single_line("address", text)?
        .parse()
        .map_err(|error| Error::command(format!("mail: {text:?} is not an address: {error}")))
}

/// Returns `text`, or an error if it could add a header (Django's `BadHeaderError`).
fn single_line<'t>(what: &str, text: &'t str) -> Result<&'t str> {
    if text.contains(|c: char| c.is_control()) {
        return Err(Error::command(format!(
            "mail: the {what} {text:?} may not contain a line break or another control character"
        )));
    }
    Ok(text)
}

fn own_header(name: &str, value: &str) -> Result<HeaderValue> {
    if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return Err(Error::command(format!(
            "mail: set {name} by its own method of EmailMessage"
        )));
    }
    let is_token = |c: char| c.is_ascii_graphic() && c != ':';
    let header = (!name.is_empty() && name.chars().all(is_token))
        .then(|| HeaderName::new_from_ascii(name.to_owned()).ok())
        .flatten()
        .ok_or_else(|| Error::command(format!("mail: {name:?} is not the name of a header")))?;
    let value = single_line("header", value)?;
    Ok(HeaderValue::new(header, value.to_owned()))
}

/// Leaves a part unencoded if its lines are short enough (RFC 5322: 998 characters). Otherwise
/// lettre would break links of more than 76 characters, also on the console.
fn part(kind: ContentType, text: &str) -> SinglePart {
    let plain = text.is_ascii() && text.lines().all(|line| line.len() <= 900);
    let body = if plain {
        let lines = text.lines().collect::<Vec<_>>().join("\r\n") + "\r\n";
        Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    };
    SinglePart::builder().header(kind).body(body)
}
