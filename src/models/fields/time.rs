//! Time fields.

use std::borrow::Cow;

use chrono::{NaiveTime, Timelike as _};
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::DisplayShape;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;
use crate::models::DatePart;

/// A time field.
pub(super) struct Time;

impl FieldType for Time {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "time of day".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::both("time")
    }

    fn noun(&self) -> &'static str {
        "time"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Time
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        parse(text).map(Value::Time)
    }

    fn has_part(&self, part: DatePart) -> bool {
        part.is_of_clock()
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        match value {
            Value::Time(time) => json_text(*time).into(),
            value => value.text().into(),
        }
    }
}

/// Parses a time of day, with or without seconds.
pub(in crate::models) fn parse(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// Formats the time with milliseconds, like Django's JSON encoder.
pub(super) fn json_text(time: NaiveTime) -> String {
    let format = if time.nanosecond() / 1000 == 0 {
        "%H:%M:%S"
    } else {
        "%H:%M:%S%.3f"
    };
    time.format(format).to_string()
}
