//! Text fields: single lines, slugs, e-mail addresses, texts of any length.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// A text field, with or without a maximum length.
pub(super) struct Text;

impl FieldType for Text {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match kind {
            FieldKind::Char(most) => format!("text ({most})").into(),
            FieldKind::Slug(most) => format!("slug ({most})").into(),
            FieldKind::Email(most) => format!("email address ({most})").into(),
            _ => "text".into(),
        }
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        self.max_length(column.kind)
            .map_or_else(|| DbType::both("text"), DbType::varchar)
    }

    fn noun(&self) -> &'static str {
        "text"
    }

    fn max_length(&self, kind: FieldKind) -> Option<usize> {
        match kind {
            FieldKind::Char(most) | FieldKind::Slug(most) | FieldKind::Email(most) => Some(most),
            _ => None,
        }
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        Some(text.into())
    }
}
