//! Decimal fields.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::{DisplayNumber, DisplayShape, DisplayValue};
use super::field_type::{ColumnType, FieldType, KindProblem, LookupValue, is_not_a, json_text};
use super::kind::FieldKind;
use crate::db::{self, Value};
use crate::models::Field;
use crate::python::ascii_digits;

/// A decimal field with a fixed number of decimal places.
pub(super) struct Decimal;

/// Returns the number of decimal places.
fn places(kind: FieldKind) -> Option<u32> {
    match kind {
        FieldKind::Decimal(_, places) => Some(places),
        _ => None,
    }
}

impl FieldType for Decimal {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        match kind {
            FieldKind::Decimal(digits, places) => format!("decimal ({digits}, {places})").into(),
            _ => "decimal".into(),
        }
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        let numeric = match column.kind {
            FieldKind::Decimal(digits, places) => format!("numeric({digits}, {places})"),
            _ => "numeric".to_owned(),
        };
        DbType::new("decimal", &numeric)
    }

    fn noun(&self) -> &'static str {
        "decimal number"
    }

    fn shape(&self) -> DisplayShape {
        DisplayShape::Number
    }

    fn problem(&self, field: &Field) -> Option<KindProblem> {
        match field.kind {
            FieldKind::Decimal(digits, places) if digits < places => Some(KindProblem {
                id: "fields.E134",
                option: "decimal",
                text: format!(
                    "{places} places do not fit into {digits} digits. Allow more digits."
                ),
            }),
            _ => None,
        }
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        let number: db::Decimal = text.trim().parse().ok()?;
        // A short text can represent a number with millions of digits.
        number.is_modest().then_some(Value::Decimal(number))
    }

    fn parse_lookup(&self, _: ColumnType, text: &str, _: Tz) -> Option<LookupValue> {
        let text = text.trim();
        let number: db::Decimal = ascii_digits(text).parse().ok()?;
        Some(if number.is_modest() {
            LookupValue::Value(Value::Decimal(number))
        } else if text.starts_with('-') {
            LookupValue::BelowAll
        } else {
            LookupValue::AboveAll
        })
    }

    fn display<'a>(&self, kind: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        match (value, places(kind)) {
            (Value::Decimal(number), Some(places)) => {
                DisplayValue::Number(DisplayNumber::fixed(number, places))
            }
            (value, _) => DisplayValue::new(value),
        }
    }

    fn to_json(&self, kind: FieldKind, value: &Value) -> Json {
        match (value, places(kind)) {
            (Value::Decimal(number), Some(places)) => number.fixed(places).to_string().into(),
            (value, _) => value.text().into(),
        }
    }

    fn parse_json(&self, column: ColumnType, json: &Json, zone: Tz) -> Result<Value, String> {
        let text = json_text(json)?;
        let parsed = self
            .parse(column, &text, zone)
            .ok_or_else(|| is_not_a(&text, self.noun()))?;
        Ok(match (parsed, places(column.kind)) {
            (Value::Decimal(number), Some(places)) => Value::Decimal(number.round(places.into())),
            (parsed, _) => parsed,
        })
    }
}
