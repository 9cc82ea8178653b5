//! Composes mail and sends it with lettre, in the way that `EMAIL_BACKEND` selects.

mod message;

use std::fs;
use std::io::Write as _;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport as _};

pub use message::{EmailAttachment, EmailMessage};

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::settings::{EmailBackend, EmailSettings};
use crate::tasks::{Task, TaskContext};

impl EmailMessage {
    /// Composes and sends the message; does nothing if it has no recipients. This blocks; see
    /// [`send_after_commit`](Self::send_after_commit).
    pub fn send(&self, settings: &EmailSettings) -> Result<()> {
        if self.recipients().next().is_none() {
            return Ok(());
        }
        deliver(&self.compose(settings)?, settings)
    }

    /// Enqueues the message as a [task](crate::tasks) in the transaction of `conn`: a worker sends it after the commit, and it
    /// is not sent if the transaction is rolled back. A message that the mail server does not take is sent again
    /// later. Fails at once if the message cannot be composed, for example because an address is not one.
    ///
    /// ```
    /// use nuages::db::Conn;
    /// use nuages::error::Result;
    /// use nuages::mail::EmailMessage;
    /// use nuages::settings::Settings;
    ///
    /// fn confirm(conn: &mut Conn, settings: &Settings, address: &str) -> Result<()> {
    ///     EmailMessage::new("Thank you", "We have your order.\n", [address])
    ///         .send_after_commit(conn, &settings.email)
    /// }
    /// ```
    pub fn send_after_commit(self, conn: &mut Conn, settings: &EmailSettings) -> Result<()> {
        if self.recipients().next().is_none() {
            return Ok(());
        }
        self.compose(settings)?;
        self.enqueue(conn)
    }

    /// Like [`send_after_commit`](Self::send_after_commit), for a transaction that must not fail because of a wrong address:
    /// a message that cannot be composed becomes a failed task, which `/admin/tasks/` shows.
    ///
    /// Does nothing if the message has no recipients.
    pub fn enqueue(mut self, conn: &mut Conn) -> Result<()> {
        if self.recipients().next().is_none() {
            return Ok(());
        }
        // If a worker is killed after the server has taken the message, the message is sent again: with the same id, so that
        // the recipient's mail program can tell that both are one.
        self.id = Some(message::new_id());
        SEND.enqueue(conn, self)?;
        Ok(())
    }
}

/// The task that sends a mail. The arguments are not shown, because a mail may contain a link with a secret.
pub static SEND: Task<EmailMessage> = Task::new("nuages.mail", send).private();

fn send(task: &mut TaskContext<'_>, message: EmailMessage) -> Result<()> {
    let settings = &task.settings.email;
    let message = match message.compose(settings) {
        Ok(message) => message,
        Err(error) => {
            task.do_not_retry();
            return Err(error);
        }
    };
    deliver(&message, settings)
}

/// Sends a composed message in the way that `EMAIL_BACKEND` selects.
fn deliver(message: &Message, settings: &EmailSettings) -> Result<()> {
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
            let failed =
                |error: lettre::transport::smtp::Error| Error::command(format!("mail: {error}"));
            transport(settings)
                .map_err(failed)?
                .send(message)
                .map(drop)
                .map_err(failed)
        }
    }
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

    fn mail(to: &str, subject: &str) -> EmailMessage {
        EmailMessage::new(subject, "Hello", [to]).html("<p>Hello</p>")
    }

    fn sent(mail: &EmailMessage, backend: EmailBackend) -> String {
        let settings = EmailSettings {
            backend,
            ..settings()
        };
        String::from_utf8(mail.compose(&settings).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_value_cannot_add_headers() {
        let good = mail("a@example.com", "Hi");
        assert!(good.compose(&settings()).is_ok());
        let wrong = [
            mail("a@example.com\r\nBcc: b@example.com", "Hi"),
            mail("a@example.com", "Hi\nBcc: b@example.com"),
            mail("a@example.com", "Hi\rBcc: b@example.com"),
            mail("nobody", "Hi"),
            mail("a@example.com, b@example.com", "Hi"),
            good.clone().cc(["Ann\n <a@example.com>"]),
            good.clone().bcc(["a@example.com\n"]),
            good.clone().reply_to(["\r\na@example.com"]),
            good.clone().from_email("a@example.com\nX: y"),
            good.clone().header("X-A", "b\r\nBcc: c@example.com"),
            good.clone().header("X-A: b\r\nBcc", "c@example.com"),
            good.clone().header("X A", "b"),
            good.clone().header("", "b"),
            good.clone().header("bcc", "c@example.com"),
            good.clone().attach("a\r\nX: y", "", "text/plain"),
            good.clone().attach("a", "", "text/plain\r\nX: y"),
            good.clone().attach("a", "", "nonsense"),
        ];
        let file = EmailSettings {
            backend: EmailBackend::File,
            ..settings()
        };
        for mail in wrong {
            assert!(mail.compose(&file).is_err(), "{mail:?}");
        }
    }

    #[test]
    fn the_text_is_sent_unchanged() {
        let link = format!(
            "http://a-rather-long-name.shop.test:8000/accounts/reset/Nw/{}/",
            "d1rcit-d838189f742e8423916b1f3564de5aeb"
        );
        let text = format!("Follow this:\n\n{link}\n");
        let mail = EmailMessage::new("Reset", text, ["a@example.com"]).html("<p>");
        let sent = sent(&mail, EmailBackend::Console);
        assert!(
            sent.contains(&link)
                && sent.contains("To: a@example.com\r\n")
                && sent.contains("Subject: Reset\r\n"),
            "{sent}"
        );
        assert!(!sent.contains("text/html"), "on the console once: {sent}");
    }

    #[test]
    fn a_mail_without_html_has_no_html_part_and_hides_bcc() {
        let mail = EmailMessage::new("Hi", "Hello", ["a@example.com", "Bea <b@example.com>"])
            .bcc(["hidden@example.com"]);
        let sent = sent(&mail, EmailBackend::File);
        assert!(
            !sent.contains("multipart") && !sent.contains("html"),
            "{sent}"
        );
        assert!(!sent.contains("hidden@example.com"), "{sent}");
        let envelope = mail.compose(&settings()).unwrap();
        assert_eq!(envelope.envelope().to().len(), 3);
    }
}
