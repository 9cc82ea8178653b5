//! Settings for sending mail.

use std::path::PathBuf;
use std::time::Duration;

use super::env::Env;
use super::{SecretKey, mailers};

/// The way in which mail is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailBackend {
    /// Sends mail to a mail server.
    Smtp,
    /// Writes mail to standard output.
    Console,
    /// Writes mail to files in `EMAIL_FILE_PATH`.
    File,
}

/// The `EMAIL_…` settings and `DEFAULT_FROM_EMAIL`. From Django 6.1 on, `MAILERS` replaces the
/// `EMAIL_…` settings. It sets the same values: a JSON object whose `default` has a `BACKEND` and
/// `OPTIONS` (`host`, `port`, `username`, `password`, `use_tls`, `use_ssl`, `timeout`,
/// `file_path`).
#[derive(Debug, Clone)]
pub struct EmailSettings {
    /// `EMAIL_BACKEND`: `smtp`, `console` (the default as long as `EMAIL_HOST` is not set) or
    /// `file`.
    pub backend: EmailBackend,
    /// `EMAIL_HOST`
    pub host: String,
    /// `EMAIL_PORT`
    pub port: u16,
    /// `EMAIL_HOST_USER`; empty means without login.
    pub user: String,
    /// `EMAIL_HOST_PASSWORD`
    pub password: SecretKey,
    /// `EMAIL_USE_TLS`: STARTTLS.
    pub use_tls: bool,
    /// `EMAIL_USE_SSL`: TLS from the first byte.
    pub use_ssl: bool,
    /// `EMAIL_TIMEOUT`
    pub timeout: Duration,
    /// `EMAIL_FILE_PATH`
    pub file_path: PathBuf,
    /// `DEFAULT_FROM_EMAIL`
    pub from: String,
}

impl EmailSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        let from_mailers = mailers::as_email_settings(env, wrong);
        let env = from_mailers.as_ref().unwrap_or(env);
        let default = if env.get("EMAIL_HOST").is_some() {
            "smtp"
        } else {
            "console"
        };
        // Django's values are dotted paths: `django.core.mail.backends.console.EmailBackend`.
        let named = env.get("EMAIL_BACKEND").unwrap_or(default);
        let backend = match named
            .trim_end_matches(".EmailBackend")
            .rsplit('.')
            .next()
            .unwrap_or_default()
        {
            "smtp" => EmailBackend::Smtp,
            "console" => EmailBackend::Console,
            "file" | "filebased" => EmailBackend::File,
            _ => {
                env.complain("EMAIL_BACKEND", "smtp, console or file", wrong);
                EmailBackend::Console
            }
        };
        Self {
            backend,
            host: env.get("EMAIL_HOST").unwrap_or("localhost").to_owned(),
            port: env.number("EMAIL_PORT", 25, 1..=u16::MAX, wrong),
            user: env.get("EMAIL_HOST_USER").unwrap_or_default().to_owned(),
            password: SecretKey::new(env.get("EMAIL_HOST_PASSWORD").unwrap_or_default()),
            use_tls: env.flag("EMAIL_USE_TLS", false, wrong),
            use_ssl: env.flag("EMAIL_USE_SSL", false, wrong),
            timeout: env.seconds("EMAIL_TIMEOUT", 10.0, wrong),
            file_path: PathBuf::from(env.get("EMAIL_FILE_PATH").unwrap_or("mail")),
            from: env
                .get("DEFAULT_FROM_EMAIL")
                .unwrap_or("webmaster@localhost")
                .to_owned(),
        }
    }
}
