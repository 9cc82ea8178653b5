//! Range fields, which exist on PostgreSQL only.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::DisplayValue;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use super::native_part;
use crate::db::{Kind, Opaque, RangeText, Value};
use crate::models::NativeLookup;
use crate::python::json_spaced;

/// A range: its value is the text that PostgreSQL writes.
pub(super) struct Range;

fn end(kind: FieldKind) -> Option<ColumnType> {
    match kind {
        FieldKind::Range(end) => Some(*end),
        _ => None,
    }
}

impl FieldKind {
    /// Returns the ends of the text of a range, each as a value; `None` if the kind is not a range, or
    /// the text does not fit it.
    pub fn range_values(self, text: &str) -> Option<(RangeText, [Option<Value>; 2])> {
        let end = end(self)?;
        let parts = RangeText::read(text)?;
        let read = |text: &Option<String>| match text {
            None => Some(None),
            Some(text) => native_part::read(end, text).map(Some),
        };
        let ends = [read(&parts.lower)?, read(&parts.upper)?];
        Some((parts, ends))
    }
}

/// Returns the value of a range with these ends and brackets such as `[)`.
pub fn range_value(ends: &[Option<Value>; 2], bounds: &str) -> Value {
    let [lower, upper] = ends
        .each_ref()
        .map(|end| end.as_ref().map(native_part::write));
    let text = RangeText {
        has_lower: bounds.starts_with('[') && lower.is_some(),
        has_upper: bounds.ends_with(']') && upper.is_some(),
        lower,
        upper,
        is_empty: false,
    };
    Value::Opaque(Opaque(text.to_string().into()))
}

impl FieldType for Range {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        end(kind).map_or("range".into(), |end| {
            format!("range of {}", end.kind.field_type().description(end.kind)).into()
        })
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        DbType::both(self.cast(column.kind).unwrap_or("text"))
    }

    fn noun(&self) -> &'static str {
        "range"
    }

    fn postgres_only(&self) -> Option<&'static str> {
        Some("range field")
    }

    fn cast(&self, kind: FieldKind) -> Option<&'static str> {
        Some(match end(kind)?.sql {
            Kind::BigInt => "int8range",
            Kind::Decimal => "numrange",
            Kind::Date => "daterange",
            Kind::Timestamp => "tstzrange",
            _ => "int4range",
        })
    }

    fn native_lookup(&self, name: &str) -> Option<NativeLookup> {
        NativeLookup::of_ranges(name)
    }

    fn parse(&self, column: ColumnType, text: &str, zone: Tz) -> Option<Value> {
        if text.trim_start().starts_with('{') {
            let json = serde_json::from_str(text).ok()?;
            return self.parse_json(column, &json, zone).ok();
        }
        let (parts, ends) = column.kind.range_values(text)?;
        Some(if parts.is_empty {
            Value::Opaque(Opaque("empty".into()))
        } else {
            range_value(&ends, parts.bounds())
        })
    }

    fn display<'a>(&self, kind: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        let Value::Opaque(text) = value else {
            return DisplayValue::new(value);
        };
        match kind.range_values(&text.0) {
            Some((parts, [lower, upper])) if !parts.is_empty => {
                let text = |end: Option<Value>| end.map_or("None".to_owned(), |end| end.text());
                let (left, right) = parts.bounds().split_at(1);
                DisplayValue::Text(format!("{left}{}, {}{right}", text(lower), text(upper)).into())
            }
            _ => DisplayValue::new(value),
        }
    }

    fn to_json(&self, kind: FieldKind, value: &Value) -> Json {
        let text = value.text();
        let Some((parts, ends)) = kind.range_values(&text) else {
            return text.into();
        };
        if parts.is_empty {
            return "{\"empty\": true}".into();
        }
        let [lower, upper] = ends.map(|end| end.as_ref().map_or(Json::Null, native_part::json));
        let mut json = serde_json::Map::new();
        json.insert("bounds".to_owned(), parts.bounds().into());
        json.insert("lower".to_owned(), lower);
        json.insert("upper".to_owned(), upper);
        String::from_utf8(json_spaced(&json))
            .unwrap_or_default()
            .into()
    }

    fn parse_json(&self, column: ColumnType, json: &Json, zone: Tz) -> Result<Value, String> {
        let wrong = || format!("{json} is not a range");
        let read;
        let parts = match json {
            Json::String(text) => {
                read = serde_json::from_str(text).map_err(|_| wrong())?;
                &read
            }
            other => other,
        };
        let end = end(column.kind).ok_or_else(wrong)?;
        let value = |json: Option<&Json>| match json {
            None | Some(Json::Null) => Ok(None),
            Some(json) => end.kind.field_type().parse_json(end, json, zone).map(Some),
        };
        match parts {
            Json::Array(ends) if ends.len() == 2 => Ok(range_value(
                &[value(ends.first())?, value(ends.get(1))?],
                "[)",
            )),
            Json::Object(parts) if parts.get("empty") == Some(&Json::Bool(true)) => {
                Ok(Value::Opaque(Opaque("empty".into())))
            }
            Json::Object(parts) => {
                let bounds = parts.get("bounds").and_then(Json::as_str).unwrap_or("[)");
                if !["[]", "[)", "(]", "()"].contains(&bounds) {
                    return Err(format!("{bounds:?} are not the bounds of a range"));
                }
                let ends = [value(parts.get("lower"))?, value(parts.get("upper"))?];
                Ok(range_value(&ends, bounds))
            }
            _ => Err(wrong()),
        }
    }
}
