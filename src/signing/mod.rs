//! Signed texts in Django's format `payload:timestamp:signature`, and encrypted texts.

mod base64;
mod json;
mod radix;
mod random;
mod salted_hmac;
mod seal;
mod signer;
mod webhook;

pub use base64::{b64_decode, b64_encode};
pub use json::{dump, dump_at, load};
pub use radix::{BASE36, BASE62, from_radix, to_radix};
pub use random::{ALPHANUMERIC, random_string, random_string_of};
pub use salted_hmac::{constant_time_eq, hex, is_hmac_sha256, salted_hmac};
pub(crate) use seal::seal_alike;
pub use seal::{seal, unseal};
pub use signer::{MAX_PAYLOAD, Signed, Signer};
pub use webhook::is_signed_webhook;

use crate::settings::SecretKey;

/// The reason why a signed text is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// None of the keys made this signature.
    #[error("the signature does not match")]
    Mismatch,
    /// The signature is valid but too old.
    #[error("the signature is too old")]
    Expired,
    /// The signature is valid but the content cannot be decoded.
    #[error("the signed text makes no sense")]
    Malformed,
}

/// The key that made a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUsed {
    /// The first one, `SECRET_KEY`.
    Current,
    /// One of `SECRET_KEY_FALLBACKS`: the text should be signed again.
    Fallback,
}

/// Returns which of `keys` (`SECRET_KEY`, then its fallbacks) is the first for which `matches` is
/// true.
pub fn key_used<'a>(
    mut keys: impl Iterator<Item = &'a SecretKey>,
    matches: impl FnMut(&SecretKey) -> bool,
) -> Option<KeyUsed> {
    let at = keys.position(matches)?;
    Some(if at == 0 {
        KeyUsed::Current
    } else {
        KeyUsed::Fallback
    })
}

/// Signs the serialized `payload` for `salt` at `now` (Unix time), like Django's `signing.dumps`.
pub fn dumps(payload: &[u8], salt: &str, key: &SecretKey, compress: bool, now: i64) -> String {
    Signer::new(salt).dumps(payload, key, compress, now)
}

/// Returns the payload of a text made by [`dumps`], if one of `keys` signed it for `salt`, like
/// Django's `signing.loads`.
pub fn loads<'a>(
    text: &str,
    salt: &str,
    keys: impl Iterator<Item = &'a SecretKey>,
) -> Result<Signed, BadSignature> {
    Signer::new(salt).loads(text, keys)
}
