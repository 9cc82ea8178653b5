//! Password hashes in Django's encodings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt as _;
use sha2::Sha256;

/// Rounds of PBKDF2 in Django 5.2.
pub const PBKDF2_ROUNDS: u32 = 1_000_000;

const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// `length` random letters and digits (Django's `get_random_string`).
pub fn random_string(length: usize) -> String {
    let mut rng = rand::rng();
    (0..length).map(|_| char::from(ALPHANUMERIC[rng.random_range(0..ALPHANUMERIC.len())])).collect()
}

/// The hash of `password` in Django's default encoding, with a fresh salt of 22 characters.
pub fn make_password(password: &str) -> String {
    pbkdf2_sha256(password, &random_string(22), PBKDF2_ROUNDS)
}

/// A hash that no password has: the user cannot log in with one.
pub fn unusable_password() -> String {
    format!("!{}", random_string(40))
}

/// `pbkdf2_sha256$<rounds>$<salt>$<base64 of 32 bytes>`
pub fn pbkdf2_sha256(password: &str, salt: &str, rounds: u32) -> String {
    let mut hash = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt.as_bytes(), rounds, &mut hash);
    format!("pbkdf2_sha256${rounds}${salt}${}", STANDARD.encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pbkdf2_agrees_with_django() {
        let hash = |rounds| pbkdf2_sha256("correct horse", "abcdefghijklmnopqrstuv", rounds);
        assert_eq!(
            hash(1000),
            "pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$3sV/SVfT6ME4dIgYVdSlH0jEvyK0z+y3AJvov9Y+8MA="
        );
        assert_eq!(
            hash(PBKDF2_ROUNDS),
            "pbkdf2_sha256$1000000$abcdefghijklmnopqrstuv$RQsDuUkUYsVKKMGEVf7KhP1xnDLlZ9RiOO63KN0aAbE="
        );
    }

    #[test]
    fn unusable_passwords_are_marked_as_django_marks_them() {
        let hash = unusable_password();
        assert!(hash.starts_with('!') && hash.len() == 41);
    }
}
