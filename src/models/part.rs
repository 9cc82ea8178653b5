//! Parts of dates and times, as lookups name them: `created_at__year__gte=2024`.

use super::{Field, Lookup};
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
    /// Returns the part with this name, if `field` has it.
    pub fn named(name: &str, field: &Field) -> Option<Self> {
        let part = match name {
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
        };
        let of_day = !matches!(
            part,
            Self::Date | Self::Time | Self::Hour | Self::Minute | Self::Second
        );
        let of_time = matches!(part, Self::Hour | Self::Minute | Self::Second);
        let fits = match field.sql {
            Kind::Timestamp => true,
            Kind::Date => of_day,
            Kind::Time => of_time,
            _ => false,
        };
        fits.then_some(part)
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
    pub fn of(lookup: Lookup) -> Option<Self> {
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
