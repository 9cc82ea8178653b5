//! The keys of cached values.

use sha2::{Digest as _, Sha256};

use crate::signing::hex;

/// The longest key, which is that of Django and of memcached.
const MAX_LENGTH: usize = 250;

/// Returns the key with prefix and version, as Django makes it. A key that is too long becomes a
/// hash.
pub(super) fn full(prefix: &str, version: u32, key: &str) -> String {
    let full = format!("{prefix}:{version}:{key}");
    if full.len() <= MAX_LENGTH {
        full
    } else {
        format!("{prefix}:{version}:sha256.{}", digest(key))
    }
}

/// Returns a hash of `text` as hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[test]
fn a_key_has_djangos_form_and_a_long_one_becomes_a_hash() {
    assert_eq!(full("shop", 2, "lamps"), "shop:2:lamps");
    let long = full("shop", 2, &"x".repeat(400));
    assert!(long.starts_with("shop:2:sha256.") && long.len() < MAX_LENGTH);
    assert_ne!(long, full("shop", 2, &"x".repeat(401)));
}
