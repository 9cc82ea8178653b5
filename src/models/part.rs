//! Parts of dates and times, as lookups name them: `created_at__year__gte=2024`.

use super::Lookup;
use crate::db::Kind;

/// A part of a date or a time (Django's transforms).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Django's")]
pub enum DatePart {
    Year,
    IsoYear,
    Month,
    Day,
    Week,
    WeekDay,
    IsoWeekDay,
    Quarter,
    Date,
    Time,
    Hour,
    Minute,
    Second,
}

/// The comparison of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Django's")]
pub enum Comparison {
    Exact,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
}

impl DatePart {
    /// Returns the part with this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "year" => Self::Year,
            "iso_year" => Self::IsoYear,
            "month" => Self::Month,
            "day" => Self::Day,
            "week" => Self::Week,
            "week_day" => Self::WeekDay,
            "iso_week_day" => Self::IsoWeekDay,
            "quarter" => Self::Quarter,
            "date" => Self::Date,
            "time" => Self::Time,
            "hour" => Self::Hour,
            "minute" => Self::Minute,
            "second" => Self::Second,
            _ => return None,
        })
    }

    /// Whether days have this part.
    pub fn is_of_day(self) -> bool {
        !matches!(
            self,
            Self::Date | Self::Time | Self::Hour | Self::Minute | Self::Second
        )
    }

    /// Whether times of day have this part.
    pub fn is_of_clock(self) -> bool {
        matches!(self, Self::Hour | Self::Minute | Self::Second)
    }

    /// Returns the kind of the part's value.
    pub fn kind(self) -> Kind {
        match self {
            Self::Date => Kind::Date,
            Self::Time => Kind::Time,
            _ => Kind::Integer,
        }
    }
}

impl Comparison {
    /// Returns the comparison for `lookup`, if parts support it.
    pub fn from_lookup(lookup: Lookup) -> Option<Self> {
        Some(match lookup {
            Lookup::Exact => Self::Exact,
            Lookup::Gt => Self::Gt,
            Lookup::Gte => Self::Gte,
            Lookup::Lt => Self::Lt,
            Lookup::Lte => Self::Lte,
            Lookup::In => Self::In,
            _ => return None,
        })
    }
}
