//! Composes mail and sends it with lettre, in the way that `EMAIL_BACKEND` selects.

use std::fs;
use std::io::Write as _;

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport as _};

use crate::error::{Error, Result};
use crate::settings::{EmailBackend, EmailSettings};

/// Number of attempts before a message is dropped.
const ATTEMPTS: u32 = 3;

/// A mail with a text part and an HTML part.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

impl Mail {
    /// Composes and sends the message. This blocks; see [`Mail::send_in_background`].
    ///
    /// Refuses line breaks in the address or the subject, which could inject a header.
    pub fn send(&self, settings: &EmailSettings) -> Result<()> {
        let message = self.compose(settings)?;
        match settings.backend {
            EmailBackend::Console => {
                let mut out = std::io::stdout().lock();
                out.write_all(&message.formatted())?;
                out.write_all(format!("\n{}\n", "-".repeat(79)).as_bytes())?;
                out.flush().map_err(Error::from)
            }
            EmailBackend::File => {
                fs::create_dir_all(&settings.file_path)?;
                let name = format!(
                    "{}-{:08x}.eml",
                    chrono::Utc::now().format("%Y%m%d-%H%M%S%6f"),
                    rand::random::<u32>()
                );
                fs::write(settings.file_path.join(name), message.formatted()).map_err(Error::from)
            }
            EmailBackend::Smtp => {
                let failed = |error: lettre::transport::smtp::Error| {
                    Error::command(format!("mail: {error}"))
                };
                transport(settings)
                    .map_err(failed)?
                    .send(&message)
                    .map(drop)
                    .map_err(failed)
            }
        }
    }

    /// Sends the message on a separate thread, so that a slow or failing mail server does not delay
    /// a page. A failure is logged, and the message is sent again after 5 seconds and once more
    /// after another 10.
    pub fn send_in_background(self, settings: EmailSettings) {
        let work = move || {
            for attempt in 1..=ATTEMPTS {
                match self.send(&settings) {
                    Ok(()) => return,
                    Err(error) => {
                        log::error!(target: "nuages.mail", "attempt {attempt} of {ATTEMPTS}: {error}");
                    }
                }
                if attempt < ATTEMPTS {
                    std::thread::sleep(std::time::Duration::from_secs(u64::from(attempt) * 5));
                }
            }
        };
        if let Err(error) = std::thread::Builder::new()
            .name("mail".to_owned())
            .spawn(work)
        {
            log::error!(target: "nuages.mail", "{error}");
        }
    }

    fn compose(&self, settings: &EmailSettings) -> Result<Message> {
        if self.subject.contains(['\r', '\n']) || self.to.contains(['\r', '\n']) {
            return Err(Error::command(
                "mail: a header may not contain a line break",
            ));
        }
        let mailbox = |text: &str| {
            text.parse::<Mailbox>().map_err(|error| {
                Error::command(format!("mail: {text:?} is not an address: {error}"))
            })
        };
        let message = Message::builder()
            .from(mailbox(&settings.from)?)
            .to(mailbox(&self.to)?)
            .subject(&self.subject);
        let text = part(ContentType::TEXT_PLAIN, &self.text);
        // On a console only the text part is useful.
        let message = if matches!(settings.backend, EmailBackend::Console) {
            message.singlepart(text)
        } else {
            let html = part(ContentType::TEXT_HTML, &self.html);
            message.multipart(MultiPart::alternative().singlepart(text).singlepart(html))
        };
        message.map_err(|error| Error::command(format!("mail: {error}")))
    }
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

fn transport(settings: &EmailSettings) -> Result<SmtpTransport, lettre::transport::smtp::Error> {
    let tls = || TlsParameters::new(settings.host.clone());
    let security = match (settings.use_ssl, settings.use_tls) {
        (true, _) => Tls::Wrapper(tls()?),
        (_, true) => Tls::Required(tls()?),
        _ => Tls::None,
    };
    let mut builder = SmtpTransport::builder_dangerous(&settings.host)
        .port(settings.port)
        .timeout(Some(settings.timeout))
        .tls(security);
    if !settings.user.is_empty() {
        builder = builder.credentials(Credentials::new(
            settings.user.clone(),
            settings.password.reveal().to_owned(),
        ));
    }
    Ok(builder.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Env, Settings};

    fn settings() -> EmailSettings {
        Settings::read(&Env::from_pairs(&[("SECRET_KEY", "x")]))
            .unwrap()
            .email
    }

    fn mail(to: &str, subject: &str) -> Mail {
        Mail {
            to: to.into(),
            subject: subject.into(),
            text: "Hello".into(),
            html: "<p>Hello</p>".into(),
        }
    }

    #[test]
    fn a_value_cannot_add_headers() {
        assert!(mail("a@example.com", "Hi").compose(&settings()).is_ok());
        for (to, subject) in [
            ("a@example.com\r\nBcc: b@example.com", "Hi"),
            ("a@example.com", "Hi\nBcc: b@example.com"),
            ("nobody", "Hi"),
        ] {
            assert!(
                mail(to, subject).compose(&settings()).is_err(),
                "{to} {subject}"
            );
        }
    }

    #[test]
    fn the_text_is_sent_unchanged() {
        let link = format!(
            "http://a-rather-long-name.shop.test:8000/accounts/reset/Nw/{}/",
            "d1rcit-d838189f742e8423916b1f3564de5aeb"
        );
        let mail = Mail {
            text: format!("Follow this:\n\n{link}\n"),
            ..mail("a@example.com", "Reset")
        };
        let sent = String::from_utf8(mail.compose(&settings()).unwrap().formatted()).unwrap();
        assert!(
            sent.contains(&link)
                && sent.contains("To: a@example.com\r\n")
                && sent.contains("Subject: Reset\r\n"),
            "{sent}"
        );
        assert!(!sent.contains("text/html"), "on the console once: {sent}");
    }
}
