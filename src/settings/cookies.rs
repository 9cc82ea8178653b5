//! Settings of the session cookie and of the CSRF cookie.

use super::env::Env;

/// The settings that both cookies have.
#[derive(Debug, Clone)]
pub struct CookieSettings {
    /// `…_COOKIE_NAME`
    pub name: String,
    /// `…_COOKIE_AGE`, in seconds.
    pub age: i64,
    /// `…_COOKIE_DOMAIN`; `None` sends the cookie to the host itself only.
    pub domain: Option<String>,
    /// `…_COOKIE_PATH`
    pub path: String,
    /// `…_COOKIE_SECURE`: only sent over HTTPS.
    pub secure: bool,
    /// `…_COOKIE_HTTPONLY`: hidden from scripts.
    pub httponly: bool,
    /// `…_COOKIE_SAMESITE`: `Lax`, `Strict` or `None`.
    pub samesite: String,
}

/// The `SESSION_…` settings.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// The cookie with the session key.
    pub cookie: CookieSettings,
    /// `SESSION_EXPIRE_AT_BROWSER_CLOSE`
    pub expire_at_browser_close: bool,
    /// `SESSION_SAVE_EVERY_REQUEST`
    pub save_every_request: bool,
}

/// The `CSRF_…` settings.
#[derive(Debug, Clone)]
pub struct CsrfSettings {
    /// The cookie with the CSRF secret.
    pub cookie: CookieSettings,
    /// `CSRF_HEADER_NAME`, as a header: `X-CSRFToken`.
    pub header: String,
    /// `CSRF_TRUSTED_ORIGINS`
    pub trusted_origins: Vec<String>,
}

impl CookieSettings {
    fn read(
        env: &Env,
        prefix: &str,
        name: &str,
        age: i64,
        httponly: bool,
        wrong: &mut Vec<String>,
    ) -> Self {
        let setting = |ending: &str| format!("{prefix}_COOKIE_{ending}");
        Self {
            name: env.get(&setting("NAME")).unwrap_or(name).to_owned(),
            age: env.number(&setting("AGE"), age, 1..=i64::from(i32::MAX), wrong),
            domain: env.get(&setting("DOMAIN")).map(str::to_owned),
            path: env.get(&setting("PATH")).unwrap_or("/").to_owned(),
            secure: env.flag(&setting("SECURE"), false, wrong),
            httponly: env.flag(&setting("HTTPONLY"), httponly, wrong),
            samesite: env.word(
                &setting("SAMESITE"),
                "Lax",
                &["Lax", "Strict", "None"],
                wrong,
            ),
        }
    }
}

impl SessionSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        Self {
            cookie: CookieSettings::read(env, "SESSION", "sessionid", 1_209_600, true, wrong),
            expire_at_browser_close: env.flag("SESSION_EXPIRE_AT_BROWSER_CLOSE", false, wrong),
            save_every_request: env.flag("SESSION_SAVE_EVERY_REQUEST", false, wrong),
        }
    }
}

impl CsrfSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        Self {
            cookie: CookieSettings::read(env, "CSRF", "csrftoken", 31_449_600, false, wrong),
            header: env
                .get("CSRF_HEADER_NAME")
                .unwrap_or("X-CSRFToken")
                .to_owned(),
            trusted_origins: env.list("CSRF_TRUSTED_ORIGINS"),
        }
    }
}
