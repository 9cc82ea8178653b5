//! URL fields.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::display::{DisplayLink, DisplayShape, DisplayValue};
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// A URL.
pub(super) struct Url;

impl FieldType for Url {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match self.max_length(kind) {
            Some(most) => format!("URL ({most})").into(),
            None => "URL".into(),
        }
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        self.max_length(column.kind)
            .map_or_else(|| DbType::both("text"), DbType::varchar)
    }

    fn noun(&self) -> &'static str {
        "text"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Link
    }

    fn max_length(&self, kind: FieldKind) -> Option<usize> {
        match kind {
            FieldKind::Url(most) => Some(most),
            _ => None,
        }
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        Some(text.into())
    }

    fn display<'a>(&self, _: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        match value {
            Value::Text(url) if !url.is_empty() => DisplayValue::Link(DisplayLink::Url(url)),
            value => DisplayValue::new(value),
        }
    }
}
