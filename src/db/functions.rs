//! SQL functions for Django's lookups that SQLite lacks.

use std::cell::RefCell;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};
use regex::{Regex, RegexBuilder};

use super::sql_types::TimestampTz;
use super::{LossyText, Timestamp};
use crate::error::Result;

diesel::define_sql_function! {
    /// The function behind `text REGEXP pattern`.
    fn regexp(pattern: Text, text: Nullable<Text>) -> Nullable<Bool>;
}

diesel::define_sql_function! {
    /// Converts a time in UTC to local time of a zone.
    fn nuages_local(time: Nullable<Text>, zone: Text) -> Nullable<Text>;
}

diesel::define_sql_function! {
    /// Converts a text to upper case, letter by letter; SQLite's own `UPPER` supports ASCII only.
    fn nuages_upper(text: Nullable<Text>) -> Nullable<Text>;
}

diesel::define_sql_function! {
    /// Whether both can be read as points in time and the first is later.
    fn nuages_is_after(time: Nullable<Text>, other: Nullable<Text>) -> Bool;
}

/// A cell of a column with points in time.
#[derive(Debug, FromSqlRow)]
struct Cell(Option<Timestamp>);

impl FromSql<Text, Sqlite> for Cell {
    fn from_sql(raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(FromSql::<TimestampTz, Sqlite>::from_sql(raw).ok()))
    }
}

/// Memory limit in bytes for a compiled regular expression, and for its matching.
const MOST: usize = 1 << 18;

thread_local! {
    /// The last pattern, compiled: a statement uses the same pattern for every row.
    static LAST: RefCell<Option<(String, Option<Regex>)>> = const { RefCell::new(None) };
}

/// Registers the functions on `conn`.
pub(super) fn register(conn: &mut SqliteConnection) -> Result<()> {
    regexp_utils::register_impl(conn, |pattern: String, text: Option<LossyText>| {
        text.map(|LossyText(text)| matches(&pattern, &text))
    })?;
    nuages_upper_utils::register_impl(conn, |text: Option<LossyText>| {
        text.map(|LossyText(text)| super::text::upper(&text))
    })?;
    nuages_is_after_utils::register_impl(conn, |time: Option<Cell>, other: Option<Cell>| {
        time.and_then(|cell| cell.0)
            .zip(other.and_then(|cell| cell.0))
            .is_some_and(|(time, other)| time > other)
    })?;
    nuages_local_utils::register_impl(conn, |time: Option<LossyText>, zone: String| {
        let zone: Tz = zone.parse().ok()?;
        let time = NaiveDateTime::parse_from_str(&time?.0, "%Y-%m-%d %H:%M:%S%.f").ok()?;
        Some(
            time.and_utc()
                .with_timezone(&zone)
                .format("%Y-%m-%d %H:%M:%S%.f")
                .to_string(),
        )
    })?;
    Ok(())
}

fn compiled(pattern: &str) -> Option<Regex> {
    // Matching takes time linear in the length of the text, so no pattern can block the server.
    RegexBuilder::new(pattern)
        .size_limit(MOST)
        .dfa_size_limit(MOST)
        .build()
        .ok()
}

fn matches(pattern: &str, text: &str) -> bool {
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| known != pattern) {
            *last = Some((pattern.to_owned(), compiled(pattern)));
        }
        last.as_ref()
            .is_some_and(|(_, regex)| regex.as_ref().is_some_and(|regex| regex.is_match(text)))
    })
}

/// Whether `pattern` is a valid regular expression that is not too large.
pub fn is_regex(pattern: &str) -> bool {
    !pattern.contains('\0') && compiled(pattern).is_some()
}
