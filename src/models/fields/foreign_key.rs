//! Foreign keys.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::Value;

/// The primary key of another model's row. The type of the column parses its texts: see
/// [`ColumnType::value_type`](super::ColumnType::value_type).
pub(super) struct ForeignKey;

impl FieldType for ForeignKey {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "foreign key".into()
    }

    /// The type of a key to an unknown column. [`Field::db_type`](crate::models::Field::db_type) knows the referenced one.
    fn db_type(&self, column: ColumnType) -> DbType {
        column
            .value_type()
            .db_type(ColumnType::of_column(column.sql))
    }

    fn noun(&self) -> &'static str {
        "primary key"
    }

    fn parse(&self, _: ColumnType, _: &str, _: Tz) -> Option<Value> {
        None
    }
}
