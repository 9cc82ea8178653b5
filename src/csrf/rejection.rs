//! The reasons for refusing a request; the texts are those that Django logs and shows in debug
//! mode.

use super::BadToken;

/// The reason for refusing a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// `Origin` names another site.
    #[error("Origin checking failed - {0} does not match any trusted origins.")]
    BadOrigin(String),
    /// An HTTPS request has neither `Origin` nor `Referer`.
    #[error("Referer checking failed - no Referer.")]
    NoReferer,
    /// `Referer` is not a URL with a host.
    #[error("Referer checking failed - Referer is malformed.")]
    MalformedReferer,
    /// An HTTPS request comes from a page that was loaded over HTTP.
    #[error("Referer checking failed - Referer is insecure while host is secure.")]
    InsecureReferer,
    /// `Referer` is a page of another site.
    #[error("Referer checking failed - {0} does not match any trusted origins.")]
    BadReferer(String),
    /// The CSRF cookie is missing.
    #[error("CSRF cookie not set.")]
    NoCookie,
    /// The CSRF cookie does not hold a valid secret.
    #[error("CSRF cookie {0}.")]
    BadCookie(BadToken),
    /// Neither the form nor the header has a token.
    #[error("CSRF token missing.")]
    TokenMissing,
    /// The token does not belong to the secret in the cookie.
    #[error("CSRF token from {0} {1}.")]
    BadToken(TokenSource, BadToken),
}

/// The place of a request's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenSource {
    /// The field `csrfmiddlewaretoken`.
    #[error("POST")]
    Form,
    /// The header `X-CSRFToken`.
    #[error("the 'X-Csrftoken' HTTP header")]
    Header,
}
