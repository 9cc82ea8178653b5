//! Django's CSRF rules: whether a form was sent from a page of this site.

mod origin;
mod protect;
mod rejection;
mod token;

pub use origin::{Site, TrustedOrigins, check_origin, check_referer, check_source};
pub(crate) use protect::must_come_from_here;
pub use protect::{Csrf, StaleForm, protect};
pub use rejection::{Rejection, TokenSource};
pub use token::{BadToken, SECRET_LENGTH, Secret, TOKEN_LENGTH, tokens_match};

/// Whether requests of this method need no token (RFC 9110's safe methods, as Django lists them).
pub fn is_safe_method(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}
