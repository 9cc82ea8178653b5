//! The secret in the cookie, and the masked tokens in forms (the mask prevents a BREACH attack,
//! which would guess the secret from page lengths).

use std::fmt;

use crate::signing::{ALPHANUMERIC, constant_time_eq, random_string};

/// Length of a secret, in letters and digits.
pub const SECRET_LENGTH: usize = 32;
/// Length of a token in a form: a random mask, then the masked secret.
pub const TOKEN_LENGTH: usize = 2 * SECRET_LENGTH;

/// The content of the cookie `csrftoken`: 32 letters and digits.
#[derive(Clone)]
pub struct Secret([u8; SECRET_LENGTH]);

/// The fault of a token, in Django's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// The length is neither 32 nor 64 characters.
    #[error("has incorrect length")]
    IncorrectLength,
    /// The token contains characters other than letters and digits.
    #[error("has invalid characters")]
    InvalidCharacters,
    /// The token is well-formed and belongs to another secret.
    #[error("incorrect")]
    Incorrect,
}

/// Whether `request_token` (bare or masked) belongs to the secret in `cookie` (bare, or masked as
/// before Django 4.0).
pub fn tokens_match(cookie: &str, request_token: &str) -> bool {
    Secret::parse(cookie).is_ok_and(|secret| secret.check(request_token).is_ok())
}

impl Secret {
    /// Creates a random secret.
    pub fn generate() -> Self {
        let mut secret = [0; SECRET_LENGTH];
        secret.copy_from_slice(random_string(SECRET_LENGTH).as_bytes());
        Self(secret)
    }

    /// Parses a secret from a cookie, a form field or a header, bare or masked.
    pub fn parse(text: &str) -> Result<Self, BadToken> {
        if !matches!(text.chars().count(), SECRET_LENGTH | TOKEN_LENGTH) {
            return Err(BadToken::IncorrectLength);
        }
        let places: Option<Vec<usize>> = text.bytes().map(place).collect();
        let places = places.ok_or(BadToken::InvalidCharacters)?;
        let (mask, cipher) = places.split_at(places.len() - SECRET_LENGTH);
        let mut secret = [0; SECRET_LENGTH];
        for (at, byte) in secret.iter_mut().enumerate() {
            let masked_by = mask.get(at).copied().unwrap_or(0);
            *byte =
                ALPHANUMERIC[(cipher[at] + ALPHANUMERIC.len() - masked_by) % ALPHANUMERIC.len()];
        }
        Ok(Self(secret))
    }

    /// Returns the bare secret, for the cookie.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the secret under a fresh mask, for a form.
    pub fn masked(&self) -> String {
        self.masked_with(&random_string(SECRET_LENGTH))
    }

    /// Checks that `token` (of a form or header) belongs to this secret.
    pub fn check(&self, token: &str) -> Result<(), BadToken> {
        if constant_time_eq(&Self::parse(token)?.0, &self.0) {
            Ok(())
        } else {
            Err(BadToken::Incorrect)
        }
    }

    fn masked_with(&self, mask: &str) -> String {
        let places = self.0.iter().zip(mask.bytes());
        let cipher = places.map(|(&secret, mask)| {
            let sum = place(secret).unwrap_or(0) + place(mask).unwrap_or(0);
            char::from(ALPHANUMERIC[sum % ALPHANUMERIC.len()])
        });
        mask.chars().chain(cipher).collect()
    }
}

/// Returns the index of a character in the alphabet.
fn place(byte: u8) -> Option<usize> {
    match byte {
        b'a'..=b'z' => Some(usize::from(byte - b'a')),
        b'A'..=b'Z' => Some(usize::from(byte - b'A') + 26),
        b'0'..=b'9' => Some(usize::from(byte - b'0') + 52),
        _ => None,
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("********")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "ABCDEFGHIJabcdefghij0123456789xy";
    const TOKEN: &str = "9876543210zyxwvutsrqponmlkjihgfezzzzzzzzzzzzzzzzzzzzffffffffffCC";

    #[test]
    fn masks_equal_djangos() {
        let secret = Secret::parse(SECRET).unwrap();
        assert_eq!(secret.masked_with(&TOKEN[..32]), TOKEN);
        assert_eq!(Secret::parse(TOKEN).unwrap().as_str(), SECRET);
    }

    #[test]
    fn bare_and_masked_match_on_both_sides() {
        for cookie in [SECRET, TOKEN] {
            let fresh = Secret::parse(SECRET).unwrap().masked();
            for token in [SECRET, TOKEN, &fresh] {
                assert!(tokens_match(cookie, token), "{cookie} {token}");
            }
            assert!(!tokens_match(cookie, &Secret::generate().masked()));
            assert!(!tokens_match(cookie, "") && !tokens_match("", cookie));
        }
        assert!(!tokens_match("", ""));
    }

    #[test]
    fn reasons_of_a_refusal_have_djangos_words() {
        let reason = |token: &str| {
            Secret::parse(SECRET)
                .unwrap()
                .check(token)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(reason("x"), "has incorrect length");
        assert_eq!(reason(&"é".repeat(32)), "has invalid characters");
        assert_eq!(reason(&"é".repeat(16)), "has incorrect length");
        assert_eq!(reason(&"x".repeat(32)), "incorrect");
    }

    #[test]
    fn secrets_are_masked_in_debug_output() {
        assert_eq!(format!("{:?}", Secret::generate()), "********");
    }

    proptest! {
        #[test]
        fn masked_secrets_are_unmasked_as_they_were(secret in "[a-zA-Z0-9]{32}") {
            let masked = Secret::parse(&secret).unwrap().masked();
            prop_assert_eq!(masked.len(), TOKEN_LENGTH);
            let unmasked = Secret::parse(&masked).unwrap();
            prop_assert_eq!(unmasked.as_str(), secret);
        }

        #[test]
        fn malformed_texts_are_refused(text: String, wrong in "\\PC{32}|\\PC{64}") {
            prop_assert!(!tokens_match(SECRET, &text));
            prop_assert!(!tokens_match(&wrong, SECRET));
        }
    }
}
