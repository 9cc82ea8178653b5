//! Float fields.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::DisplayShape;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;
use crate::python::float;

/// A field for finite floats.
pub(super) struct Float;

impl FieldType for Float {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "number".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("real", "double precision")
    }

    fn noun(&self) -> &'static str {
        "number"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Number
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        float(text).map(Value::Double)
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        match value {
            Value::Double(number) => (*number).into(),
            value => value.text().into(),
        }
    }
}
