//! Converts values to texts for people, and to and from texts in URLs.

use std::fmt::Write as _;

use chrono::{
    Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike as _,
};
use chrono_tz::Tz;

use super::Field;
use super::fields::{FieldKind, LookupValue};
use crate::db::{Timestamp, Unreadable, Value};
use crate::python::month_abbreviation;

impl Value {
    /// Whether the value is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null(_))
    }

    /// Returns the cell if its content does not fit the column.
    pub fn unreadable(&self) -> Option<&Unreadable> {
        match self {
            Self::Unreadable(cell) => Some(cell),
            _ => None,
        }
    }

    /// Returns an integer of any width.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::SmallInt(number) => Some((*number).into()),
            Self::Integer(number) => Some((*number).into()),
            Self::BigInt(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the text of a text column.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text, as [`Display`](std::fmt::Display) formats it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push_to(&mut text);
        text
    }

    /// Appends [`text`](Self::text) to `out`.
    pub fn push_to(&self, out: &mut String) {
        match (self, self.as_i64()) {
            (_, Some(number)) => out.push_str(itoa::Buffer::new().format(number)),
            (Self::Text(text), _) => out.push_str(text),
            // Writing to a String cannot fail.
            (other, _) => drop(write!(out, "{other}")),
        }
    }

    /// Whether the value is true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

impl Field {
    /// Returns the field whose values this field holds: for a foreign key, the referenced
    /// field.
    pub fn target(&'static self) -> &'static Self {
        let mut field = self;
        while let (FieldKind::ForeignKey, Some(relation)) = (field.kind, &field.relation) {
            field = relation.target();
        }
        field
    }
}

/// Parses `text` from a URL as a value of `field`; returns `None` if it is invalid. Times without a
/// zone are UTC.
pub fn parse(field: &Field, text: &str) -> Option<Value> {
    parse_in(field, text, Tz::UTC)
}

/// Like [`parse`], but times without a zone are in `zone`.
pub fn parse_in(field: &Field, text: &str, zone: Tz) -> Option<Value> {
    let column = field.column_type();
    column.value_type().parse(column, text, zone)
}

/// Parses the text of a lookup, which may be a number that the column of `field` cannot hold.
pub(super) fn parse_lookup(field: &Field, text: &str, zone: Tz) -> Option<LookupValue> {
    let column = field.column_type();
    column.value_type().parse_lookup(column, text, zone)
}

/// Returns `Jan. 2, 2024` (Django's `DATE_FORMAT`).
pub fn date_text(day: NaiveDate) -> String {
    let mut text = String::with_capacity(14);
    push_date(&mut text, day);
    text
}

/// Appends [`date_text`] to `text`: a list has hundreds of dates.
pub fn push_date(text: &mut String, day: NaiveDate) {
    let mut number = itoa::Buffer::new();
    text.push_str(month_abbreviation(day.month0()));
    text.push(' ');
    text.push_str(number.format(day.day()));
    text.push_str(", ");
    text.push_str(number.format(day.year()));
}

/// Returns `3:04 p.m.`, `noon`, `midnight` (Django's `TIME_FORMAT`).
pub fn time_text(time: NaiveTime) -> String {
    let mut text = String::with_capacity(10);
    push_time(&mut text, time);
    text
}

/// Appends [`time_text`] to `text`.
pub fn push_time(text: &mut String, time: NaiveTime) {
    let (afternoon, hour) = time.hour12();
    let half = if afternoon { "p.m." } else { "a.m." };
    let minute = match (time.hour(), time.minute()) {
        (0, 0) => return text.push_str("midnight"),
        (12, 0) => return text.push_str("noon"),
        (_, minute) => minute,
    };
    let mut number = itoa::Buffer::new();
    text.push_str(number.format(hour));
    if minute > 0 {
        text.push_str(if minute < 10 { ":0" } else { ":" });
        text.push_str(number.format(minute));
    }
    text.push(' ');
    text.push_str(half);
}

impl Timestamp {
    /// Returns the moment of a local time in `zone`; if clocks skip that time, the moment at which
    /// they skip.
    pub fn at<Z: TimeZone>(local: NaiveDateTime, zone: &Z) -> Self {
        let found = zone.from_local_datetime(&local).earliest();
        let found = found.or_else(|| {
            zone.from_local_datetime(&(local + TimeDelta::hours(1)))
                .earliest()
        });
        found
            .map_or_else(|| local.and_utc(), |found| found.to_utc())
            .into()
    }

    /// Returns the moment at which a day begins in `zone`.
    pub fn start_of(day: NaiveDate, zone: Tz) -> Self {
        Self::at(day.and_time(NaiveTime::MIN), &zone)
    }

    /// Returns the local time in `zone`.
    pub fn local(self, zone: &Tz) -> NaiveDateTime {
        let utc = self.utc();
        if *zone == Tz::UTC {
            utc.naive_utc()
        } else {
            utc.with_timezone(zone).naive_local()
        }
    }

    /// Returns `Jan. 2, 2024, 3:04 p.m.` in local time of `zone` (Django's `DATETIME_FORMAT`).
    pub fn text(self, zone: &Tz) -> String {
        let local = self.local(zone);
        format!("{}, {}", date_text(local.date()), time_text(local.time()))
    }
}
