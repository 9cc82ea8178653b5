//! Paths of files and folders on the server.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// The path of a file or a folder.
pub(super) struct FilePath;

impl FieldType for FilePath {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match kind {
            FieldKind::FilePath(options) => format!("path below {}", options.path).into(),
            _ => "path".into(),
        }
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        DbType::varchar(self.max_length(column.kind).unwrap_or(100))
    }

    fn noun(&self) -> &'static str {
        "path"
    }

    fn max_length(&self, kind: FieldKind) -> Option<usize> {
        match kind {
            FieldKind::FilePath(options) => Some(options.max_length),
            _ => None,
        }
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        Some(text.into())
    }
}
