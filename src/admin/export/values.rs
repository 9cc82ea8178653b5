//! Converts values of columns to the cells of files.

use chrono::{NaiveDateTime, Timelike as _};
use serde_json::Value as Json;

use crate::db::Value;
use crate::models::Field;

/// Returns a value as JSON, with the types of the JSON API: decimals and moments are texts, keys are numbers.
pub(in crate::admin) fn cell_json(field: &'static Field, value: &Value) -> Json {
    match value {
        Value::Null(_) => Json::Null,
        Value::Unreadable(cell) => cell.text.as_str().into(),
        Value::Timestamp(time) => moment(time.utc().naive_utc()).into(),
        value => {
            let column = field.target().column_type();
            column.value_type().to_json(column.kind, value)
        }
    }
}

/// Returns a value as the text of a cell; "" for NULL.
pub(in crate::admin) fn cell_text(field: &'static Field, value: &Value) -> String {
    match (value, cell_json(field, value)) {
        (Value::Text(text), _) => text.clone(),
        (_, Json::Null) => String::new(),
        (_, Json::String(text)) => text,
        (_, other) => other.to_string(),
    }
}

/// Returns `2024-02-03T04:05:06.789Z`, with as many digits as the moment needs.
fn moment(utc: NaiveDateTime) -> String {
    let format = match utc.nanosecond() {
        0 => "%Y-%m-%dT%H:%M:%SZ",
        nanos if nanos % 1_000_000 == 0 => "%Y-%m-%dT%H:%M:%S%.3fZ",
        _ => "%Y-%m-%dT%H:%M:%S%.6fZ",
    };
    utc.format(format).to_string()
}
