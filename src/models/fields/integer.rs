//! Integer fields.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::{DbCheck, DbType};
use super::display::DisplayShape;
use super::field_type::{ColumnType, FieldType, LookupValue};
use super::kind::FieldKind;
use crate::db::{Kind, Value};
use crate::python::int;

/// An integer field with the range of its column, including automatic primary keys.
pub(super) struct Integer;

impl FieldType for Integer {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match kind {
            FieldKind::Auto => "number of the row",
            FieldKind::PositiveInteger => "whole number from 0",
            _ => "whole number",
        }
        .into()
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        match column.kind {
            FieldKind::Auto => DbType::auto(column.sql),
            FieldKind::PositiveInteger => DbType::unsigned(column.sql),
            _ => DbType::integer(column.sql),
        }
    }

    fn db_check(&self, kind: FieldKind) -> Option<DbCheck> {
        (kind == FieldKind::PositiveInteger).then_some(DbCheck::NotNegative)
    }

    fn noun(&self) -> &'static str {
        "whole number that fits its column"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Number
    }

    fn parse(&self, column: ColumnType, text: &str, _: Tz) -> Option<Value> {
        fitting(column.sql, int(text)?)
    }

    fn parse_lookup(&self, column: ColumnType, text: &str, _: Tz) -> Option<LookupValue> {
        let number = int(text)?;
        Some(match fitting(column.sql, number) {
            Some(value) => LookupValue::Value(value),
            None if number > 0 => LookupValue::AboveAll,
            None => LookupValue::BelowAll,
        })
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        value
            .as_i64()
            .map_or_else(|| value.text().into(), Json::from)
    }
}

/// Converts the number to a value of a column of this type, if it fits.
fn fitting(sql: Kind, number: i128) -> Option<Value> {
    match sql {
        Kind::SmallInt => number.try_into().ok().map(Value::SmallInt),
        Kind::Integer => number.try_into().ok().map(Value::Integer),
        _ => number.try_into().ok().map(Value::BigInt),
    }
}
