//! Texts that carry a signature, in Django's format: `payload:timestamp:signature`; and texts that are sealed.

mod base64;
pub mod json;
mod radix;
mod random;
mod salted_hmac;
mod seal;
mod signer;

pub use base64::{b64_decode, b64_encode};
pub use radix::{BASE36, BASE62, from_radix, to_radix};
pub use random::{ALPHANUMERIC, random_string, random_string_of};
pub use salted_hmac::{constant_time_eq, hex, salted_hmac};
pub use seal::{seal, unseal};
pub use signer::{MAX_PAYLOAD, Signed, Signer};

use crate::settings::SecretKey;

/// Why a signed text is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// No key made this signature.
    #[error("the signature does not match")]
    Mismatch,
    /// Signed by us, and too long ago.
    #[error("the signature is too old")]
    Expired,
    /// Signed by us, and nothing that can be read.
    #[error("the signed text makes no sense")]
    Malformed,
}

/// Which key a signature was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUsed {
    /// The first one, `SECRET_KEY`.
    Current,
    /// One of `SECRET_KEY_FALLBACKS`: what was signed should be signed anew.
    Fallback,
}

/// The first of `keys` (`SECRET_KEY`, then its fallbacks) that `matches`.
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

/// `payload`, signed for `salt` at `now` (Unix time): Django's `signing.dumps`, its payload already serialized.
pub fn dumps(payload: &[u8], salt: &str, key: &SecretKey, compress: bool, now: i64) -> String {
    Signer::new(salt).dumps(payload, key, compress, now)
}

/// The payload of a text of [`dumps`], if one of `keys` signed it for `salt`: Django's `signing.loads`.
pub fn loads<'a>(
    text: &str,
    salt: &str,
    keys: impl Iterator<Item = &'a SecretKey>,
) -> Result<Signed, BadSignature> {
    Signer::new(salt).loads(text, keys)
}
