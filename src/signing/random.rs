//! Unguessable random texts.

use rand::RngExt as _;

/// Letters and digits, in Django's order.
pub const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Returns `length` random letters and digits (Django's `get_random_string`).
pub fn random_string(length: usize) -> String {
    random_string_of(ALPHANUMERIC, length)
}

/// Returns `length` random characters of `alphabet`, which must be ASCII and not empty.
pub fn random_string_of(alphabet: &[u8], length: usize) -> String {
    let mut rng = rand::rng();
    (0..length)
        .map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())]))
        .collect()
}
