//! Columns of a type that Nuages does not know.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::{Opaque as Text, Value};

/// A value that is shown as the database writes it, and never written.
pub(super) struct Opaque;

impl FieldType for Opaque {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match kind {
            FieldKind::Opaque(name) => format!("value of type {name}").into(),
            _ => "value".into(),
        }
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        match column.kind {
            FieldKind::Opaque(name) => DbType::both(name),
            _ => DbType::both("text"),
        }
    }

    fn noun(&self) -> &'static str {
        "text"
    }

    fn is_editable(&self) -> bool {
        false
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        Some(Value::Opaque(Text(text.into())))
    }
}
