//! Bytes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::{Bytes, Value};

/// Bytes; as text they are base64.
pub(super) struct Binary;

impl FieldType for Binary {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "raw binary data".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("BLOB", "bytea")
    }

    fn noun(&self) -> &'static str {
        "text in base64"
    }

    fn is_editable(&self) -> bool {
        false
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        // Python's `b64decode` ignores other characters.
        let is_digit = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        let digits: String = text.chars().filter(is_digit).collect();
        let bytes = STANDARD.decode(digits).ok()?;
        Some(Value::Binary(Bytes::from(bytes)))
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        match value {
            Value::Binary(bytes) => STANDARD.encode(&bytes.0).into(),
            value => value.text().into(),
        }
    }
}
