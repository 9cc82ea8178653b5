//! The items of arrays and the ends of ranges: between their values and PostgreSQL's texts.

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::field_type::ColumnType;
use crate::db::{Kind, NativePart as _, Timestamp, Value};

/// Reads the text that PostgreSQL writes.
pub(super) fn read(column: ColumnType, text: &str) -> Option<Value> {
    if column.sql == Kind::Timestamp {
        let known = <Timestamp as crate::db::NativePart>::read(text).map(Value::Timestamp);
        return known.or_else(|| column.kind.field_type().parse(column, text, Tz::UTC));
    }
    column.kind.field_type().parse(column, text, Tz::UTC)
}

/// Returns the text that PostgreSQL reads.
pub(super) fn write(value: &Value) -> String {
    match value {
        Value::Timestamp(time) => time.write(),
        value => value.text(),
    }
}

/// Returns the text in a fixture (Django's `value_to_string`).
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Timestamp(time) => time
            .utc()
            .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)
            .into(),
        value => value.text().into(),
    }
}
