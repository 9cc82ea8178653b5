//! Parses `DJANGO_VERSION`, the version of the Django that uses the same database.

use std::fmt;
use std::str::FromStr;

/// A release of Django that may use the same database. Older versions compare as less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum DjangoVersion {
    /// Django 5.2, the release with long-term support.
    #[default]
    V5_2,
    /// Django 6.0.
    V6_0,
    /// Django 6.1.
    V6_1,
}

impl DjangoVersion {
    /// Every version that Nuages supports, oldest first.
    pub const ALL: [Self; 3] = [Self::V5_2, Self::V6_0, Self::V6_1];

    /// Returns the number of PBKDF2 rounds in the password hashes that this version makes.
    pub const fn pbkdf2_rounds(self) -> u32 {
        match self {
            Self::V5_2 => 1_000_000,
            Self::V6_0 => 1_200_000,
            Self::V6_1 => 1_500_000,
        }
    }

    /// Returns the label of the empty choice in this version's forms.
    pub const fn blank_choice_label(self) -> &'static str {
        match self {
            Self::V5_2 | Self::V6_0 => "---------",
            Self::V6_1 => "- Select an option -",
        }
    }
}

impl FromStr for DjangoVersion {
    type Err = ();

    /// Accepts a release (`6.1`) and a patch release (`6.1.3`).
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '.');
        let release = format!(
            "{}.{}",
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default()
        );
        let patch_is_number = parts
            .next()
            .is_none_or(|patch| patch.parse::<u16>().is_ok());
        Self::ALL
            .into_iter()
            .find(|version| patch_is_number && version.to_string() == release)
            .ok_or(())
    }
}

impl fmt::Display for DjangoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V5_2 => "5.2",
            Self::V6_0 => "6.0",
            Self::V6_1 => "6.1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_and_patch_releases_are_accepted() {
        assert_eq!("5.2".parse(), Ok(DjangoVersion::V5_2));
        assert_eq!("6.0".parse(), Ok(DjangoVersion::V6_0));
        assert_eq!("6.1.3".parse(), Ok(DjangoVersion::V6_1));
        for unknown in ["", "6", "6.", "4.2", "6.2", "6.1.x", "6.1.3.1", "v6.1"] {
            assert!(
                unknown.parse::<DjangoVersion>().is_err(),
                "{unknown:?} must be refused"
            );
        }
    }
}
