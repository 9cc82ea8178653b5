//! Date and time fields.

use std::borrow::Cow;

use chrono::DateTime as ChronoDateTime;
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::DisplayShape;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use super::{date, time};
use crate::db::{Timestamp, Value};
use crate::models::DatePart;

/// A date and time field.
pub(super) struct DateTime;

impl FieldType for DateTime {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "day and time".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("datetime", "timestamp with time zone")
    }

    fn noun(&self) -> &'static str {
        "date with a time"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Moment
    }

    fn parse(&self, _: ColumnType, text: &str, zone: Tz) -> Option<Value> {
        parse(text, zone).map(Value::Timestamp)
    }

    fn has_part(&self, _: DatePart) -> bool {
        true
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        match value {
            Value::Timestamp(time) => json_text(*time).into(),
            value => value.text().into(),
        }
    }
}

/// Parses ISO 8601: a date alone, a time, or a time with a UTC offset; without an offset, in
/// `zone`.
fn parse(text: &str, zone: Tz) -> Option<Timestamp> {
    // A `+` in a query string arrives as a space.
    let text = text.replacen('T', " ", 1);
    let (day, rest) = text.split_once(' ').unwrap_or((text.as_str(), ""));
    let day = date::parse(day)?;
    if rest.is_empty() {
        return Some(Timestamp::start_of(day, zone));
    }
    if let Some(time) = rest.strip_suffix('Z').and_then(time::parse) {
        return Some(day.and_time(time).and_utc().into());
    }
    if let Some(time) = time::parse(rest) {
        return Some(Timestamp::at(day.and_time(time), &zone));
    }

    let zoned = format!("{day} {}", rest.replace(' ', "+"));
    let formats = ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z"];
    let moment = formats
        .iter()
        .find_map(|format| ChronoDateTime::parse_from_str(&zoned, format).ok())?;
    Some(moment.to_utc().into())
}

/// Formats the moment with milliseconds, like Django's JSON encoder.
fn json_text(time: Timestamp) -> String {
    let utc = time.utc().naive_utc();
    format!("{}T{}Z", utc.date(), time::json_text(utc.time()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_milliseconds_like_in_djangos_encoder() {
        for (time, expected) in [
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("1899-12-31T23:59:59.999999Z", "1899-12-31T23:59:59.999Z"),
            ("2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.120000Z", "2026-01-02T03:04:05.120Z"),
        ] {
            let time: ChronoDateTime<chrono::Utc> = time.parse().unwrap();
            assert_eq!(json_text(time.into()), expected, "{time}");
        }
    }
}
