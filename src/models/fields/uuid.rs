//! UUID fields.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::{self, Value};

/// A UUID.
pub(super) struct Uuid;

impl FieldType for Uuid {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "UUID".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("char(32)", "uuid")
    }

    fn noun(&self) -> &'static str {
        "UUID"
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        Some(Value::Uuid(text.parse::<db::Uuid>().ok()?))
    }
}
