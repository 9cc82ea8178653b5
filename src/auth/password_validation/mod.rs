//! Rejects passwords that are easy to guess: Django's `AUTH_PASSWORD_VALIDATORS`.

use crate::words::counted;

mod common;
mod similarity;

pub use common::is_common;
pub use similarity::quick_ratio;

/// The user's attributes that a password must not resemble.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserAttributes<'a> {
    /// The user name.
    pub username: &'a str,
    /// The first name.
    pub first_name: &'a str,
    /// The last name.
    pub last_name: &'a str,
    /// The e-mail address.
    pub email: &'a str,
}

/// A password rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Validator {
    /// The password must not resemble the user's names and address; the number is the allowed
    /// similarity (`max_similarity`), from 0.1 to 1.
    UserAttributeSimilarity(f64),
    /// The password must have at least this many characters.
    MinimumLength(usize),
    /// The password must not be a common one.
    CommonPassword,
    /// The password must not consist of digits only.
    NumericPassword,
}

/// The four validators of Django's project template, with their defaults.
pub const DEFAULT: [Validator; 4] = [
    Validator::UserAttributeSimilarity(0.7),
    Validator::MinimumLength(8),
    Validator::CommonPassword,
    Validator::NumericPassword,
];

/// Returns one error text for each of `validators` that `password` fails; empty if it passes all.
pub fn validate_password(
    password: &str,
    user: Option<&UserAttributes<'_>>,
    validators: &[Validator],
) -> Vec<String> {
    validators
        .iter()
        .filter_map(|validator| validator.complaint(password, user))
        .collect()
}

/// Returns one sentence for each of `validators` that explains its rule.
pub fn help_texts(validators: &[Validator]) -> Vec<String> {
    validators
        .iter()
        .map(|validator| validator.help_text())
        .collect()
}

impl Validator {
    fn complaint(self, password: &str, user: Option<&UserAttributes<'_>>) -> Option<String> {
        match self {
            Self::UserAttributeSimilarity(max) => {
                let attribute = similarity::similar_attribute(password, user?, max)?;
                Some(format!("The password is too similar to the {attribute}."))
            }
            Self::MinimumLength(least) if password.chars().count() < least => {
                let least = counted(least, "character", "characters");
                Some(format!(
                    "This password is too short. It must contain at least {least}."
                ))
            }
            Self::CommonPassword if is_common(password) => {
                Some("This password is too common.".to_owned())
            }
            // Unlike Python's `isdigit`, this also counts fractions and Roman numerals as digits.
            Self::NumericPassword
                if !password.is_empty() && password.chars().all(char::is_numeric) =>
            {
                Some("This password is entirely numeric.".to_owned())
            }
            _ => None,
        }
    }

    fn help_text(self) -> String {
        match self {
            Self::UserAttributeSimilarity(_) => {
                "Choose something unlike your names and your email address.".to_owned()
            }
            Self::MinimumLength(least) => format!(
                "Use at least {}.",
                counted(least, "character", "characters")
            ),
            Self::CommonPassword => "Avoid passwords that many people use.".to_owned(),
            Self::NumericPassword => "Use more than digits.".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_have_djangos_words() {
        let ann = UserAttributes {
            username: "ann",
            ..UserAttributes::default()
        };
        let complaints = |password| validate_password(password, Some(&ann), &DEFAULT);
        assert_eq!(complaints("correct horse battery"), Vec::<String>::new());
        assert_eq!(
            complaints("ann"),
            [
                "The password is too similar to the username.",
                "This password is too short. It must contain at least 8 characters."
            ]
        );
        assert_eq!(complaints("PassWord1 "), ["This password is too common."]);
        assert_eq!(
            complaints("1234567890"),
            [
                "This password is too common.",
                "This password is entirely numeric."
            ]
        );
        assert_eq!(
            complaints("9417038265"),
            ["This password is entirely numeric."]
        );
        assert_eq!(
            complaints("١٢٣٤٥٦٧٨"),
            ["This password is entirely numeric."]
        );
        assert_eq!(
            complaints("пароль"),
            ["This password is too short. It must contain at least 8 characters."]
        );
        assert_eq!(
            validate_password(
                "",
                None,
                &[Validator::MinimumLength(1), Validator::NumericPassword]
            ),
            ["This password is too short. It must contain at least 1 character."]
        );
    }

    #[test]
    fn each_rule_is_explained() {
        assert_eq!(help_texts(&DEFAULT).len(), 4);
        assert!(help_texts(&DEFAULT)[1].contains("8 characters"));
    }
}
