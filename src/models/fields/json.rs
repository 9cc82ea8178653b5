//! JSON fields.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Document;

use super::db_type::{DbCheck, DbType};
use super::display::DisplayShape;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// A JSON document.
pub(super) struct Json;

impl FieldType for Json {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "JSON".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("text", "jsonb")
    }

    fn db_check(&self, _: FieldKind) -> Option<DbCheck> {
        Some(DbCheck::Json)
    }

    fn noun(&self) -> &'static str {
        "JSON document"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Document
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        let document: Document = serde_json::from_str(text).ok()?;
        Some(Value::Json(document.into()))
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Document {
        match value {
            Value::Json(document) => (*document.0).clone(),
            value => value.text().into(),
        }
    }

    fn parse_json(&self, _: ColumnType, json: &Document, _: Tz) -> Result<Value, String> {
        Ok(Value::Json(json.clone().into()))
    }
}
