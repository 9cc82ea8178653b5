//! Compares a password with a user's names and address.

use std::collections::HashMap;

use super::UserAttributes;

/// Returns the name of the first attribute that resembles `password` by at least `max_similarity`,
/// as a whole or with one of its words.
pub(super) fn similar_attribute(
    password: &str,
    user: &UserAttributes<'_>,
    max_similarity: f64,
) -> Option<&'static str> {
    let password = password.to_lowercase();
    let attributes = [
        ("username", user.username),
        ("first name", user.first_name),
        ("last name", user.last_name),
        ("email address", user.email),
    ];
    let similar = |value: &str| {
        let value = value.to_lowercase();
        let separates = |c: char| !c.is_alphanumeric() && c != '_';
        // Python's split yields an empty word before a separator at the start and after one at the
        // end.
        let empty = (value.starts_with(separates) || value.ends_with(separates)).then_some("");
        let words = value
            .split(separates)
            .filter(|word| !word.is_empty())
            .chain(empty);
        let like = |part: &str| {
            !is_much_shorter(part, &password, max_similarity)
                && quick_ratio(&password, part) >= max_similarity
        };
        !value.is_empty() && words.chain([value.as_str()]).any(like)
    };
    attributes
        .into_iter()
        .find(|(_, value)| similar(value))
        .map(|(name, _)| name)
}

/// Whether `value` is so much shorter than the password that they cannot be similar; then nothing
/// is counted (Django's rule).
#[expect(
    clippy::cast_precision_loss,
    reason = "no password has 2^52 characters"
)]
fn is_much_shorter(value: &str, password: &str, max_similarity: f64) -> bool {
    let (value, password) = (value.chars().count(), password.chars().count());
    password >= 10 * value && (value as f64) < max_similarity / 2.0 * password as f64
}

/// Returns Python's `SequenceMatcher(a=a, b=b).quick_ratio()`: twice the number of characters that
/// both texts share (in any order), divided by their total length.
#[expect(clippy::cast_precision_loss, reason = "no text has 2^52 characters")]
pub fn quick_ratio(a: &str, b: &str) -> f64 {
    let mut available: HashMap<char, usize> = HashMap::new();
    let (mut length, mut matches) = (0_usize, 0_usize);
    for c in b.chars() {
        *available.entry(c).or_default() += 1;
        length += 1;
    }
    for c in a.chars() {
        length += 1;
        if let Some(left) = available.get_mut(&c).filter(|left| **left > 0) {
            *left -= 1;
            matches += 1;
        }
    }
    if length == 0 {
        1.0
    } else {
        2.0 * matches as f64 / length as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ratios_equal_pythons() {
        for (a, b, ratio) in [
            ("password", "pass", 0.666_666_666_666_666_6),
            ("ann.smith1", "ann.smith", 0.947_368_421_052_631_5),
            ("abcd", "bcde", 0.75),
            ("", "", 1.0),
            ("a", "", 0.0),
            ("joe12345", "joe", 0.545_454_545_454_545_4),
            ("üser", "user", 0.75),
            ("aabbcc", "abcabc", 1.0),
            ("correct horse", "correcthorse", 0.96),
            ("annannann", "ann", 0.5),
            ("example99", "example", 0.875),
            ("smithson", "smith", 0.769_230_769_230_769_2),
        ] {
            assert!(
                (quick_ratio(a, b) - ratio).abs() < f64::EPSILON,
                "{a} {b}: {}",
                quick_ratio(a, b)
            );
        }
    }

    #[test]
    fn verdicts_equal_djangos() {
        let none = UserAttributes::default();
        for (password, user, verdict) in [
            (
                "ann.smith1",
                UserAttributes {
                    username: "ann",
                    ..none
                },
                None,
            ),
            (
                "smithson",
                UserAttributes {
                    last_name: "Smith",
                    ..none
                },
                Some("last name"),
            ),
            (
                "annannann",
                UserAttributes {
                    username: "ann",
                    ..none
                },
                None,
            ),
            (
                "example99",
                UserAttributes {
                    email: "ann@example.com",
                    ..none
                },
                Some("email address"),
            ),
            (
                "EXAMPLE.com",
                UserAttributes {
                    email: "ann@example.com",
                    ..none
                },
                Some("email address"),
            ),
            (
                "correct horse battery",
                UserAttributes {
                    username: "correct-horse",
                    ..none
                },
                Some("username"),
            ),
            (
                &"a".repeat(50),
                UserAttributes {
                    username: "aaa",
                    ..none
                },
                None,
            ),
            (
                "",
                UserAttributes {
                    username: "a b-",
                    ..none
                },
                Some("username"),
            ),
            (
                "",
                UserAttributes {
                    username: "a - b",
                    ..none
                },
                None,
            ),
            ("", none, None),
            (
                "tnellcitse",
                UserAttributes {
                    first_name: "Testclient",
                    ..none
                },
                Some("first name"),
            ),
            (
                "weiß weiß",
                UserAttributes {
                    last_name: "Weiß",
                    ..none
                },
                None,
            ),
        ] {
            assert_eq!(
                similar_attribute(password, &user, 0.7),
                verdict,
                "{password} {user:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn ratios_are_between_zero_and_one(a: String, b: String) {
            prop_assert!((0.0..=1.0).contains(&quick_ratio(&a, &b)));
            prop_assert!((quick_ratio(&a, &a) - 1.0).abs() < f64::EPSILON);
            let user = UserAttributes { username: &b, ..UserAttributes::default() };
            let _ = similar_attribute(&a, &user, 0.7);
        }
    }
}
