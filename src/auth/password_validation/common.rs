//! Passwords that everybody tries first. `common_passwords.py` beside this file makes the list, in part of what
//! zxcvbn-ts counted in leaks.

use std::collections::HashSet;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    let read = GzDecoder::new(&include_bytes!("common_passwords.txt.gz")[..]).read_to_string(&mut text);
    debug_assert!(read.is_ok(), "{read:?}");
    text
});
static PASSWORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| TEXT.lines().collect());

/// Whether `password` is on the list, but for case and white space around it.
pub fn is_common(password: &str) -> bool {
    PASSWORDS.contains(password.to_lowercase().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_obvious_ones_are_common() {
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
            // Known from leaks only.
            "ncc1701d",
            "1passwor",
        ] {
            assert!(is_common(password), "{password}");
        }
        for password in ["", "correct horse battery", "gT7#kq0z", "battery staple"] {
            assert!(!is_common(password), "{password}");
        }
        assert!((60_000..100_000).contains(&PASSWORDS.len()), "{}", PASSWORDS.len());
        assert!(PASSWORDS.iter().all(|password| *password == password.to_lowercase().trim()));
    }
}
