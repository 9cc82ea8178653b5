//! Dates and times of day.

use chrono::{DateTime, NaiveDate, NaiveTime};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::sql_types::Date;
use diesel::sqlite::Sqlite;

/// A date. SQLite may hold a date with a time; the time is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromSqlRow)]
pub struct Day(pub NaiveDate);

impl FromSql<Date, Pg> for Day {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Date, Pg>::from_sql(raw).map(Self)
    }
}

impl FromSql<Date, Sqlite> for Day {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = raw.read_text();
        parse_day(text)
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a date").into())
    }
}

impl FromSql<Date, crate::db::MultiBackend> for Day {
    fn from_sql(
        raw: <crate::db::MultiBackend as Backend>::RawValue<'_>,
    ) -> deserialize::Result<Self> {
        raw.from_sql::<Self, Date>()
    }
}

/// Parses a date from SQLite, which may be followed by a time.
pub(in crate::db) fn parse_day(text: &str) -> Option<NaiveDate> {
    let (day, time) = match text.find([' ', 'T']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let is_time = |time: &str| {
        let zoned = || {
            ["%H:%M:%S%.f%#z", "%H:%M%#z"].iter().any(|format| {
                DateTime::parse_from_str(
                    &format!("2000-01-01 {}", time.replace('Z', "+00:00")),
                    &format!("%Y-%m-%d {format}"),
                )
                .is_ok()
            })
        };
        parse_time(time).is_some() || zoned()
    };
    let starts_with_digit = day.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if !starts_with_digit || !time.is_none_or(is_time) {
        return None;
    }
    plain_day(day).or_else(|| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok())
}

/// Parses `2024-02-29` without chrono, which is faster: a list has hundreds of dates.
fn plain_day(day: &str) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = day.as_bytes().try_into().ok()?;
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |digits: &[u8]| {
        let add = |sum: u32, digit: &u8| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + u32::from(digit - b'0'))
        };
        digits.iter().try_fold(0, add)
    };
    let year = i32::try_from(number(&bytes[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&bytes[5..7])?, number(&bytes[8..])?)
}

/// Parses a time of day from SQLite.
pub(in crate::db) fn parse_time(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::parse_day;

    #[test]
    fn a_date_with_a_time_is_read_as_its_day_and_other_texts_are_refused() {
        for text in [
            "2026-01-31",
            "2026-01-31 00:00:00",
            "2026-01-31T23:59:59.999999",
            "2026-01-31 10:20",
            "2026-01-31T10:20:30Z",
            "2026-01-31 10:20:30+02:00",
            "2026-1-31",
        ] {
            assert_eq!(
                parse_day(text).map(|day| day.to_string()).as_deref(),
                Some("2026-01-31"),
                "{text}"
            );
        }
        for text in [
            "",
            " ",
            "2026-02-30",
            "2026-01-31 noon",
            "31.1.2026",
            "20260131",
            "today",
            "+2026-01-31",
            "2026-01-31 ",
            "2026-01-3é",
        ] {
            assert_eq!(parse_day(text), None, "{text:?} is not a date");
        }
    }
}
