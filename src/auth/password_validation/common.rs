//! Common passwords. `common_passwords.py` in this folder generates the two lists.

use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};

use crate::signing::hex;

/// Length of a fingerprint in hexadecimal digits.
const FINGERPRINT_LENGTH: usize = 10;

/// The common passwords, one in each line, sorted by their bytes.
static PASSWORDS: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    let read =
        GzDecoder::new(&include_bytes!("common_passwords.txt.gz")[..]).read_to_string(&mut text);
    debug_assert!(read.is_ok(), "{read:?}");
    text
});

/// Fingerprints of passwords that Django refuses and that are missing from the lists that
/// `common_passwords.py` reads.
static FINGERPRINTS: &str = include_str!("other_common_passwords.txt");

/// Whether `password` is a common password, ignoring case and surrounding white space.
pub fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    let password = password.trim();
    if password.is_empty() || password.contains('\n') {
        return false;
    }
    has_line(&PASSWORDS, password) || has_line(FINGERPRINTS, &fingerprint(password))
}

fn fingerprint(password: &str) -> String {
    let mut digits = hex(&Sha256::digest(password.as_bytes()));
    digits.truncate(FINGERPRINT_LENGTH);
    digits
}

/// Whether `wanted` is a line of the sorted `text`. A binary search on the text itself needs no
/// index in memory.
fn has_line(text: &str, wanted: &str) -> bool {
    let text = text.as_bytes();
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = text[low..middle]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(low, |at| low + at + 1);
        let end = text[start..]
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(text.len(), |at| start + at);
        match text[start..end].cmp(wanted.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obvious_passwords_are_common() {
        for password in [
            "password",
            "123456",
            "123456789",
            "12345678",
            "qwerty",
            "letmein",
            "iloveyou",
            "password1",
            "abc123",
            "p@ssw0rd",
            "Summer2024",
            "  Dragon ",
            "monkey",
            "football",
            "1q2w3e4r",
            "zaq12wsx",
            "admin123",
            "welcome1",
            "trustno1",
            "111111",
            "superman",
            "qwertyuiop",
            "michael",
            "changeme",
            // Passwords known only from leaks.
            "ncc1701d",
            "1passwor",
        ] {
            assert!(is_common(password), "{password}");
        }
        for password in ["", "correct horse battery", "gT7#kq0z", "battery staple"] {
            assert!(!is_common(password), "{password}");
        }
        assert!(
            PASSWORDS.lines().count() > 280_000,
            "the list must be whole"
        );
        assert!(
            PASSWORDS
                .lines()
                .all(|password| password == password.to_lowercase().trim()),
            "the list is in one spelling"
        );
    }

    #[test]
    fn lines_are_found_by_a_binary_search() {
        assert!(
            PASSWORDS.lines().is_sorted(),
            "the list must be sorted by bytes"
        );
        assert!(
            FINGERPRINTS.lines().is_sorted(),
            "the fingerprints must be sorted"
        );
        assert!(
            PASSWORDS
                .lines()
                .step_by(97)
                .all(|password| has_line(&PASSWORDS, password))
        );
        let ends = [PASSWORDS.lines().next(), PASSWORDS.lines().last()];
        assert!(
            ends.into_iter()
                .flatten()
                .all(|password| has_line(&PASSWORDS, password)),
            "the first and last lines"
        );
        assert!(
            FINGERPRINTS
                .lines()
                .all(|line| line.len() == FINGERPRINT_LENGTH && has_line(FINGERPRINTS, line))
        );
        for absent in ["", "b", "az", "aa\nab"] {
            assert!(
                !has_line("a\naa\nab\nc\n", absent),
                "{absent:?} is not a line"
            );
        }
    }
}
