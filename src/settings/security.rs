//! Settings of the headers that protect visitors.

use super::csp;
use super::env::Env;

/// Django's `SecurityMiddleware` and clickjacking settings.
#[derive(Debug, Clone)]
pub struct Security {
    /// `SECURE_SSL_REDIRECT`: redirects plain HTTP requests to HTTPS.
    pub ssl_redirect: bool,
    /// `SECURE_SSL_HOST`: the host of that redirect, if it differs from the request's.
    pub ssl_host: Option<String>,
    /// `SECURE_PROXY_SSL_HEADER`: the header and the value with which the proxy says that it was
    /// reached by HTTPS (`X-Forwarded-Proto,https`).
    pub proxy_ssl_header: Option<(String, String)>,
    /// `SECURE_HSTS_SECONDS`; 0 sends no header.
    pub hsts_seconds: u64,
    /// `SECURE_HSTS_INCLUDE_SUBDOMAINS`.
    pub hsts_include_subdomains: bool,
    /// `SECURE_HSTS_PRELOAD`.
    pub hsts_preload: bool,
    /// `SECURE_CONTENT_TYPE_NOSNIFF`.
    pub content_type_nosniff: bool,
    /// `SECURE_REFERRER_POLICY`; empty sends no header.
    pub referrer_policy: String,
    /// `SECURE_CROSS_ORIGIN_OPENER_POLICY`; empty sends no header.
    pub cross_origin_opener_policy: String,
    /// `X_FRAME_OPTIONS`: `DENY` or `SAMEORIGIN`.
    pub x_frame_options: String,
    /// The `Content-Security-Policy` header. `SECURE_CSP` (Django 6.0) replaces directives of the
    /// strict default policy or adds directives: `img-src 'self' https://cdn.example; font-src
    /// 'none'`, or the same as a JSON object. In JSON, `null` removes a directive.
    pub csp: String,
    /// `SECURE_CSP_REPORT_ONLY` (Django 6.0): a policy in the same form that browsers report on but
    /// do not enforce. If it is empty, the header is not sent.
    pub csp_report_only: String,
}

impl Security {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        Self {
            ssl_redirect: env.flag("SECURE_SSL_REDIRECT", false, wrong),
            ssl_host: env.get("SECURE_SSL_HOST").map(str::to_owned),
            proxy_ssl_header: env.pair("SECURE_PROXY_SSL_HEADER", wrong),
            hsts_seconds: env.number("SECURE_HSTS_SECONDS", 0, 0..=u64::MAX, wrong),
            hsts_include_subdomains: env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", false, wrong),
            hsts_preload: env.flag("SECURE_HSTS_PRELOAD", false, wrong),
            content_type_nosniff: env.flag("SECURE_CONTENT_TYPE_NOSNIFF", true, wrong),
            referrer_policy: env.word(
                "SECURE_REFERRER_POLICY",
                "same-origin",
                &REFERRER_POLICIES,
                wrong,
            ),
            cross_origin_opener_policy: env.word(
                "SECURE_CROSS_ORIGIN_OPENER_POLICY",
                "same-origin",
                &["same-origin", "same-origin-allow-popups", "unsafe-none", ""],
                wrong,
            ),
            x_frame_options: env.word("X_FRAME_OPTIONS", "DENY", &["DENY", "SAMEORIGIN"], wrong),
            csp: csp::policy(env, wrong),
            csp_report_only: csp::report_only(env, wrong),
        }
    }
}

/// The values that the specification lists:
/// <https://www.w3.org/TR/referrer-policy/#referrer-policies>
const REFERRER_POLICIES: [&str; 9] = [
    "no-referrer",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
    "",
];
