//! Boolean fields, which may be NULL.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::{DisplayShape, DisplayValue};
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// Yes or no, or unknown if the column may be NULL.
pub(super) struct Boolean;

impl FieldType for Boolean {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "yes or no".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("bool", "boolean")
    }

    fn noun(&self) -> &'static str {
        "boolean"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::YesNo
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        match text {
            "1" | "True" | "t" => Some(true.into()),
            "0" | "False" | "f" => Some(false.into()),
            _ => None,
        }
    }

    fn display<'a>(&self, _: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        match value {
            Value::Bool(yes) => DisplayValue::YesNo(Some(*yes)),
            _ => DisplayValue::YesNo(None),
        }
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        match value {
            Value::Bool(yes) => (*yes).into(),
            value => value.text().into(),
        }
    }
}
