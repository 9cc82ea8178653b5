//! [`Cell`]: how a column type reads SQLite's cells and writes its values as texts.

use std::fmt::{self, Display as _};

use chrono::{Datelike as _, NaiveDate, NaiveTime};
use diesel::deserialize::FromSql;
use diesel::pg::Pg;
use diesel::sqlite::{Sqlite, SqliteType};

use super::sql_types;
use super::types::{Decimal, Json, Moment, Timestamp, Uuid, parse_day, parse_time};

pub(super) type SqliteRaw<'a> = <Sqlite as diesel::backend::Backend>::RawValue<'a>;
pub(super) type PgRaw<'a> = <Pg as diesel::backend::Backend>::RawValue<'a>;

/// The years that Python can represent. Django and all forms are limited to them.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// The Rust type of a column's values.
pub(super) trait Cell: Sized {
    /// The SQL around a column that makes a text of it, for lookups such as `contains`: for PostgreSQL, and for SQLite.
    const AS_TEXT: [(&'static str, &'static str); 2] = [("CAST(", " AS TEXT)"); 2];

    /// Reads an SQLite cell, which may hold any type of value; returns `None` if the value does not fit.
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self>;

    /// Whether forms and pages can show the value.
    fn is_plausible(&self) -> bool {
        true
    }

    /// Returns the text of a PostgreSQL cell that cannot be read.
    fn unreadable_text(_raw: PgRaw<'_>) -> Option<String> {
        None
    }

    /// Writes the value as Python's `str` does, in UTC.
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

/// Reads a whole number. SQLite may hold one that is greater than the column's type allows.
pub(super) fn whole(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<i64> {
    /// Every whole number up to this one is a float as well.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match held {
        SqliteType::Long => Some(raw.read_long()),
        SqliteType::Double => {
            let number = raw.read_double();
            if number.fract() != 0.0 || number.abs() > EXACT {
                return None;
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number of at most 53 bits"
            )]
            let number = number as i64;
            Some(number)
        }
        SqliteType::Text => raw.read_text().parse().ok(),
        _ => None,
    }
}

macro_rules! whole_numbers {
    ($($number:ty),*) => {$(
        impl Cell for $number {
            fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
                whole(raw, held)?.try_into().ok()
            }

            fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.fmt(f)
            }
        }
    )*};
}
whole_numbers!(i16, i32, i64);

impl Cell for f64 {
    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        matches!(held, SqliteType::Double | SqliteType::Long).then(|| raw.read_double())
    }

    fn is_plausible(&self) -> bool {
        self.is_finite()
    }

    fn unreadable_text(raw: PgRaw<'_>) -> Option<String> {
        let number = raw.as_bytes().try_into().ok()?;
        Some(Self::from_be_bytes(number).to_string())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl Cell for bool {
    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        match (held, raw.read_long()) {
            (SqliteType::Long, 0) => Some(false),
            (SqliteType::Long, 1) => Some(true),
            _ => None,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self { "True" } else { "False" })
    }
}

impl Cell for String {
    const AS_TEXT: [(&'static str, &'static str); 2] = [("", ""); 2];

    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        if held == SqliteType::Binary {
            return None;
        }
        let text = raw.read_text().to_owned();
        // Diesel inserts this character for invalid UTF-8.
        if held == SqliteType::Text
            && text.contains('\u{FFFD}')
            && std::str::from_utf8(raw.read_blob()).is_err()
        {
            return None;
        }
        Some(text)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Cell for NaiveDate {
    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        (held == SqliteType::Text).then(|| parse_day(raw.read_text()))?
    }

    fn is_plausible(&self) -> bool {
        YEARS.contains(&self.year())
    }

    fn unreadable_text(raw: PgRaw<'_>) -> Option<String> {
        let days = raw.as_bytes().try_into().ok()?;
        Some(super::distant_dates::date(i32::from_be_bytes(days)))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl Cell for NaiveTime {
    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        (held == SqliteType::Text).then(|| parse_time(raw.read_text()))?
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl Cell for Decimal {
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        if held == SqliteType::Binary {
            return None;
        }
        FromSql::<sql_types::Decimal, Sqlite>::from_sql(raw).ok()
    }

    fn is_plausible(&self) -> bool {
        self.is_modest()
    }

    fn unreadable_text(raw: PgRaw<'_>) -> Option<String> {
        match raw.as_bytes().get(4..6)? {
            [0xC0, 0] => Some("NaN".to_owned()),
            [0xD0, 0] => Some("Infinity".to_owned()),
            [0xF0, 0] => Some("-Infinity".to_owned()),
            _ => {
                let number: Self = FromSql::<sql_types::Decimal, Pg>::from_sql(raw).ok()?;
                Some(number.to_string())
            }
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }
}

impl Cell for Timestamp {
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        if held != SqliteType::Text {
            return None;
        }
        FromSql::<sql_types::TimestampTz, Sqlite>::from_sql(raw).ok()
    }

    fn is_plausible(&self) -> bool {
        YEARS.contains(&self.utc().year())
    }

    fn unreadable_text(raw: PgRaw<'_>) -> Option<String> {
        let micros = raw.as_bytes().try_into().ok()?;
        Some(super::distant_dates::moment(i64::from_be_bytes(micros)))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Moment::new(self.utc().naive_utc(), b' ') {
            Some(moment) => f.write_str(moment.as_str()),
            // The same text as with a format, which would be parsed each time.
            None => self.utc().naive_utc().fmt(f),
        }
    }
}

impl Cell for Uuid {
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        if held != SqliteType::Text {
            return None;
        }
        FromSql::<sql_types::Uuid, Sqlite>::from_sql(raw).ok()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Cell for Json {
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        if held == SqliteType::Binary {
            return None;
        }
        FromSql::<sql_types::Json, Sqlite>::from_sql(raw).ok()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
