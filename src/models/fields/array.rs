//! Array fields, which exist on PostgreSQL only.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::DisplayValue;
use super::field_type::{ColumnType, FieldType};
use super::kind::{ArrayItems, FieldKind};
use super::native_part;
use crate::db::{Kind, Opaque, Value, array_items, array_text};
use crate::models::NativeLookup;
use crate::python::json_readable;

/// An array: its value is the text that PostgreSQL writes.
pub(super) struct Array;

fn items(kind: FieldKind) -> Option<&'static ArrayItems> {
    match kind {
        FieldKind::Array(items) => Some(items),
        _ => None,
    }
}

impl FieldKind {
    /// Returns the items of the text of an array, each as a value; a NULL is `None`. Returns `None`
    /// if the kind is not an array, or the text does not fit it.
    pub fn array_values(self, text: &str) -> Option<Vec<Option<Value>>> {
        let item = items(self)?.item;
        let read = |text: Option<String>| match text {
            None => Some(None),
            Some(text) => native_part::read(item, &text).map(Some),
        };
        array_items(text)?.into_iter().map(read).collect()
    }
}

/// Returns the value of an array with these items.
pub fn array_value(items: &[Option<Value>]) -> Value {
    let text = |item: &Option<Value>| item.as_ref().map(native_part::write);
    let items: Vec<Option<String>> = items.iter().map(text).collect();
    Value::Opaque(Opaque(array_text(&items).into()))
}

impl FieldType for Array {
    fn description(&self, kind: FieldKind) -> Cow<'static, str> {
        items(kind).map_or("array".into(), |items| {
            let item = items.item.kind;
            format!("array of {}", item.field_type().description(item)).into()
        })
    }

    fn db_type(&self, column: ColumnType) -> DbType {
        let Some(ArrayItems { item, size }) = items(column.kind) else {
            return DbType::both("text[]");
        };
        let base = item.kind.field_type().db_type(*item).postgres;
        let size = size.map(|size| size.to_string()).unwrap_or_default();
        DbType::both(&format!("{base}[{size}]"))
    }

    fn noun(&self) -> &'static str {
        "array"
    }

    fn postgres_only(&self) -> Option<&'static str> {
        Some("ArrayField")
    }

    fn cast(&self, kind: FieldKind) -> Option<&'static str> {
        Some(match items(kind)?.item.sql {
            Kind::SmallInt => "smallint[]",
            Kind::Integer => "integer[]",
            Kind::BigInt => "bigint[]",
            Kind::Decimal => "numeric[]",
            Kind::Date => "date[]",
            Kind::Timestamp => "timestamp with time zone[]",
            _ if items(kind)?.item.kind == FieldKind::Text => "text[]",
            _ => "varchar[]",
        })
    }

    fn native_lookup(&self, name: &str) -> Option<NativeLookup> {
        NativeLookup::of_arrays(name)
    }

    fn parse(&self, column: ColumnType, text: &str, zone: Tz) -> Option<Value> {
        if text.trim_start().starts_with('[') {
            let json = serde_json::from_str(text).ok()?;
            return self.parse_json(column, &json, zone).ok();
        }
        column
            .kind
            .array_values(text)
            .map(|items| array_value(&items))
    }

    fn display<'a>(&self, kind: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        let Value::Opaque(text) = value else {
            return DisplayValue::new(value);
        };
        let Some(items) = kind.array_values(&text.0) else {
            return DisplayValue::new(value);
        };
        let text = |item: &Option<Value>| item.as_ref().map_or("None".to_owned(), Value::text);
        let texts: Vec<String> = items.iter().map(text).collect();
        DisplayValue::Text(texts.join(", ").into())
    }

    fn to_json(&self, kind: FieldKind, value: &Value) -> Json {
        let text = value.text();
        let Some(items) = kind.array_values(&text) else {
            return text.into();
        };
        let item = |item: &Option<Value>| item.as_ref().map_or(Json::Null, native_part::json);
        let items: Vec<Json> = items.iter().map(item).collect();
        String::from_utf8(json_readable(&items))
            .unwrap_or_default()
            .into()
    }

    fn parse_json(&self, column: ColumnType, json: &Json, zone: Tz) -> Result<Value, String> {
        let wrong = || format!("{json} is not a list of items");
        let read;
        let list = match json {
            Json::String(text) => {
                read = serde_json::from_str(text).map_err(|_| wrong())?;
                &read
            }
            other => other,
        };
        let (Json::Array(list), Some(ArrayItems { item, .. })) = (list, items(column.kind)) else {
            return Err(wrong());
        };
        let mut values = Vec::with_capacity(list.len());
        for one in list {
            values.push(match one {
                Json::Null => None,
                one => Some(item.kind.field_type().parse_json(*item, one, zone)?),
            });
        }
        Ok(array_value(&values))
    }
}
