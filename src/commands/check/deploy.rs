//! `check --deploy`: finds settings that are fine for development but not in public, with Django's
//! numbers where Django has the check.

use crate::settings::{SessionSettings, Settings};

/// Django warns about a secret key with fewer characters, or with fewer different ones.
const MIN_KEY_LENGTH: usize = 50;
const MIN_KEY_CHARACTERS: usize = 5;

/// Returns the id of each finding and its remedy.
pub(super) fn findings(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let Settings {
        security,
        session: SessionSettings {
            cookie: session, ..
        },
        csrf,
        login,
        ..
    } = settings;
    let key = settings.secret_key.reveal();
    let different = key.chars().collect::<std::collections::HashSet<_>>().len();
    let weak = key.chars().count() < MIN_KEY_LENGTH
        || different < MIN_KEY_CHARACTERS
        || key.starts_with("django-insecure-");
    let hsts = security.hsts_seconds > 0;
    let found = [
        (
            "security.W004",
            !hsts,
            "SECURE_HSTS_SECONDS is 0: a visitor's first request may be plain HTTP every time. Set it once the whole site is on HTTPS.",
        ),
        (
            "security.W005",
            hsts && !security.hsts_include_subdomains,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS is off: subdomains may still be reached by plain HTTP.",
        ),
        (
            "security.W006",
            !security.content_type_nosniff,
            "SECURE_CONTENT_TYPE_NOSNIFF is off: browsers may guess what a file is.",
        ),
        (
            "security.W008",
            !security.ssl_redirect,
            "SECURE_SSL_REDIRECT is off: unless a proxy does it, plain HTTP is not redirected to HTTPS.",
        ),
        (
            "security.W009",
            weak,
            "SECRET_KEY is short or not random: use at least 50 random characters.",
        ),
        (
            "security.W012",
            !session.secure,
            "SESSION_COOKIE_SECURE is off: the session cookie travels over plain HTTP too.",
        ),
        (
            "security.W015",
            !session.httponly,
            "SESSION_COOKIE_HTTPONLY is off: scripts can read the session cookie.",
        ),
        (
            "security.W016",
            !csrf.cookie.secure,
            "CSRF_COOKIE_SECURE is off: the CSRF cookie travels over plain HTTP too.",
        ),
        (
            "security.W018",
            settings.debug,
            "DEBUG is on: error pages show internal details of the site.",
        ),
        (
            "security.W019",
            security.x_frame_options != "DENY",
            "X_FRAME_OPTIONS is not DENY: the site may be framed.",
        ),
        (
            "security.W020",
            settings.allowed_hosts.is_empty(),
            "ALLOWED_HOSTS is empty: the site answers on the loopback only.",
        ),
        (
            "security.W021",
            hsts && !security.hsts_preload,
            "SECURE_HSTS_PRELOAD is off: the site cannot be put on the browsers' preload list.",
        ),
        (
            "nuages.W001",
            security.proxy_ssl_header.is_some() && login.trusted_proxies.is_empty(),
            "TRUSTED_PROXIES is empty behind a proxy: all visitors share one address, so password guesses by one visitor slow down everybody's logins.",
        ),
        (
            "security.W022",
            security.referrer_policy.is_empty(),
            "SECURE_REFERRER_POLICY is empty: other sites see whole URLs.",
        ),
    ];
    found
        .into_iter()
        .filter(|(_, wrong, _)| *wrong)
        .map(|(id, _, text)| (id, text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Env;

    #[test]
    fn a_careful_site_has_no_findings() {
        let careful = [
            (
                "SECRET_KEY",
                "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdef",
            ),
            ("ALLOWED_HOSTS", "shop.example.com"),
            ("SECURE_SSL_REDIRECT", "1"),
            ("SECURE_PROXY_SSL_HEADER", "X-Forwarded-Proto,https"),
            ("TRUSTED_PROXIES", "10.0.0.1"),
            ("SECURE_HSTS_SECONDS", "31536000"),
            ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "1"),
            ("SECURE_HSTS_PRELOAD", "1"),
            ("SESSION_COOKIE_SECURE", "1"),
            ("CSRF_COOKIE_SECURE", "1"),
        ];
        assert_eq!(
            findings(&Settings::read(&Env::from_pairs(&careful)).unwrap()),
            []
        );
        let careless =
            Settings::read(&Env::from_pairs(&[("SECRET_KEY", "x"), ("DEBUG", "1")])).unwrap();
        let ids: Vec<&str> = findings(&careless).into_iter().map(|(id, _)| id).collect();
        for id in [
            "security.W004",
            "security.W008",
            "security.W009",
            "security.W012",
            "security.W016",
            "security.W018",
            "security.W020",
        ] {
            assert!(ids.contains(&id), "{id}: {ids:?}");
        }
    }
}
