//! Why a request is refused; the text is the short reason that Django logs and, in debug, shows.

use super::BadToken;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// `Origin` names another site.
    #[error("Origin checking failed - {0} does not match any trusted origins.")]
    BadOrigin(String),
    /// HTTPS, and neither `Origin` nor `Referer`.
    #[error("Referer checking failed - no Referer.")]
    NoReferer,
    /// `Referer` is no URL with a host.
    #[error("Referer checking failed - Referer is malformed.")]
    MalformedReferer,
    /// HTTPS, and a page that was not.
    #[error("Referer checking failed - Referer is insecure while host is secure.")]
    InsecureReferer,
    /// `Referer` is a page of another site.
    #[error("Referer checking failed - {0} does not match any trusted origins.")]
    BadReferer(String),
    /// There is no cookie.
    #[error("CSRF cookie not set.")]
    NoCookie,
    /// There is one, and it is no secret.
    #[error("CSRF cookie {0}.")]
    BadCookie(BadToken),
    /// Neither the form nor the header has a token.
    #[error("CSRF token missing.")]
    TokenMissing,
    /// There is one, and not the one that belongs to the cookie.
    #[error("CSRF token from {0} {1}.")]
    BadToken(TokenSource, BadToken),
}

/// Where the token of a request was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenSource {
    /// The field `csrfmiddlewaretoken`.
    #[error("POST")]
    Form,
    /// The header `X-CSRFToken`.
    #[error("the 'X-Csrftoken' HTTP header")]
    Header,
}
