//! The number of rows of a list, which may not have been counted to the end.

use std::fmt;
use std::time::Duration;

use crate::filters::with_commas;

/// The costs of a large list; see `LIST_COUNT_LIMIT` and `LIST_BUDGET`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) limit: i64,
    pub(super) budget: Duration,
}

/// A number of rows. Small numbers are exact and written as in Django.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tally {
    /// All rows were counted.
    Exact(i64),
    /// There are more rows than this, the limit of counting.
    MoreThan(i64),
    /// The estimate of the database.
    About(i64),
    /// Counting took too long.
    Unknown,
}

impl Tally {
    /// Returns the tally of rows that were counted up to `limit`.
    pub(super) fn counted(count: i64, limit: i64) -> Self {
        if count > limit {
            Self::MoreThan(limit)
        } else {
            Self::Exact(count)
        }
    }

    pub(super) fn exact(self) -> Option<i64> {
        match self {
            Self::Exact(count) => Some(count),
            _ => None,
        }
    }

    /// Whether there is exactly one row.
    pub(super) fn is_one(self) -> bool {
        self == Self::Exact(1)
    }

    /// Whether there are more rows than `shown`.
    pub(super) fn exceeds(self, shown: i64) -> bool {
        self.exact().is_none_or(|count| count > shown)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exact(count) => write!(f, "{count}"),
            Self::MoreThan(limit) => write!(f, "more than {}", with_commas(&limit.to_string())),
            Self::About(count) => write!(f, "about {}", rounded(count)),
            Self::Unknown => f.write_str("many"),
        }
    }
}

/// Returns the number with two digits: `9.6 million`, `120,000`.
fn rounded(count: i64) -> String {
    let places = count.max(1).ilog10().saturating_sub(1);
    let unit = 10_i64.saturating_pow(places);
    let near = count.saturating_add(unit / 2) / unit * unit;
    if near < 1_000_000 {
        return with_commas(&near.to_string());
    }
    let (unit, name) = match near {
        ..1_000_000_000 => (1_000_000, "million"),
        _ => (1_000_000_000, "billion"),
    };
    let (whole, tenth) = (near / unit, near % unit / (unit / 10));
    if tenth == 0 {
        format!("{whole} {name}")
    } else {
        format!("{whole}.{tenth} {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn estimates_have_two_digits() {
        for (count, text) in [
            (0, "about 0"),
            (9, "about 9"),
            (12_345, "about 12,000"),
            (999_999, "about 1 million"),
            (9_642_317, "about 9.6 million"),
            (120_000_000, "about 120 million"),
            (1_540_000_000, "about 1.5 billion"),
        ] {
            assert_eq!(Tally::About(count).to_string(), text);
        }
        assert_eq!(
            Tally::counted(10_001, 10_000).to_string(),
            "more than 10,000"
        );
        assert_eq!(Tally::counted(10_000, 10_000).to_string(), "10000");
    }
}
