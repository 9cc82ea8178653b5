//! File and image fields: columns that hold paths below `MEDIA_ROOT`.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::display::{DisplayLink, DisplayShape, DisplayValue};
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// The maximum length of a path (Django's `FileField`).
const MAX_LENGTH: usize = 100;

/// The path of a file.
pub(super) struct File {
    pub(super) is_image: bool,
}

fn folder(kind: FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::File(folder) | FieldKind::Image(folder) => Some(folder),
        _ => None,
    }
}

impl FieldType for File {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        let noun = if self.is_image { "image" } else { "file" };
        format!("{noun} in {}", folder(kind).unwrap_or_default()).into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::varchar(MAX_LENGTH)
    }

    fn noun(&self) -> &'static str {
        "text"
    }

    fn shape(&self) -> DisplayShape {
        if self.is_image {
            DisplayShape::Picture
        } else {
            DisplayShape::Link
        }
    }

    fn max_length(&self, _: FieldKind) -> Option<usize> {
        Some(MAX_LENGTH)
    }

    fn folder(&self, kind: FieldKind) -> Option<&'static str> {
        folder(kind)
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        Some(text.into())
    }

    fn display<'a>(&self, _: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        match value {
            Value::Text(path) if path.is_empty() => DisplayValue::new(value),
            Value::Text(path) if self.is_image => DisplayValue::Picture(path),
            Value::Text(path) => DisplayValue::Link(DisplayLink::File(path)),
            value => DisplayValue::new(value),
        }
    }
}
