//! HMAC-SHA256 under a key that is made for one purpose, and comparing without telling where texts differ.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// HMAC-SHA256 of `value`, its key the SHA-256 of `key_salt` and `secret` (Django's `salted_hmac`, `algorithm="sha256"`).
pub fn salted_hmac(key_salt: &str, value: &[u8], secret: &str) -> [u8; 32] {
    let key = Sha256::new()
        .chain_update(key_salt)
        .chain_update(secret)
        .finalize();
    // A key of this hash's own length is always taken as it is.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return [0; 32];
    };
    mac.chain_update(value).finalize().into_bytes().into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Whether both are the same, in a time that depends on their lengths only.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_is_djangos() {
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
