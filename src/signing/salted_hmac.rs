//! HMAC-SHA256 with a key derived for one purpose, and comparison in constant time.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Returns the HMAC-SHA256 of `value`. The key is the SHA-256 of `key_salt` and `secret` (Django's
/// `salted_hmac`, `algorithm="sha256"`).
pub fn salted_hmac(key_salt: &str, value: &[u8], secret: &str) -> [u8; 32] {
    let key = Sha256::new()
        .chain_update(key_salt)
        .chain_update(secret)
        .finalize();
    // HMAC accepts a key of the hash's own length unchanged, so this cannot fail.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return [0; 32];
    };
    mac.chain_update(value).finalize().into_bytes().into()
}

/// Whether `signature` is the HMAC-SHA256 of `message` under `secret`, in hexadecimal: for webhooks of other programs.
///
/// ```
/// let signature = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
/// let message = b"The quick brown fox jumps over the lazy dog";
/// assert!(nuages::signing::is_hmac_sha256(message, "key", signature));
/// assert!(!nuages::signing::is_hmac_sha256(message, "other", signature));
/// ```
pub fn is_hmac_sha256(message: &[u8], secret: &str, signature: &str) -> bool {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    let expected: [u8; 32] = mac.chain_update(message).finalize().into_bytes().into();
    constant_time_eq(
        hex(&expected).as_bytes(),
        signature.to_ascii_lowercase().as_bytes(),
    )
}

/// Returns `bytes` in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Whether `a` and `b` are equal. The time taken depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_equals_djangos() {
        assert_eq!(
            hex(&salted_hmac("salt", "välue".as_bytes(), &"x".repeat(50))),
            "75cd14dc68224f9373f96c5875fe73828744dc58360645666805645eaff22695"
        );
    }

    #[test]
    fn only_equal_texts_are_equal() {
        assert!(constant_time_eq(b"", b"") && constant_time_eq(b"ab", b"ab"));
        assert!(!constant_time_eq(b"ab", b"aB") && !constant_time_eq(b"ab", b"abc"));
    }
}
