//! `hstore` fields, which exist on PostgreSQL only.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::display::DisplayValue;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::{self, Value};
use crate::models::NativeLookup;
use crate::python::json_readable;

/// Texts with names: the value is the text that PostgreSQL writes.
pub(super) struct HStore;

/// Returns the value of a JSON object; other values become texts as in Python.
/// Returns `None` if the document is not an object.
pub fn hstore_value(json: &Json) -> Option<Value> {
    let Json::Object(pairs) = json else {
        return None;
    };
    let text = |json: &Json| match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        Json::Bool(yes) => Some(if *yes { "True" } else { "False" }.to_owned()),
        other => Some(other.to_string()),
    };
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.clone(), text(value)));
    Some(db::HStore(pairs.collect()).into())
}

/// Returns the JSON object of a value, as Python writes it; `None` if the value cannot be read.
pub fn hstore_json(value: &Value) -> Option<String> {
    let pairs = db::HStore::read(&value.text())?;
    String::from_utf8(json_readable(&pairs)).ok()
}

impl FieldType for HStore {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "texts with names".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::both("hstore")
    }

    fn noun(&self) -> &'static str {
        "JSON object"
    }

    fn postgres_only(&self) -> Option<&'static str> {
        Some("HStoreField")
    }

    fn cast(&self, _: FieldKind) -> Option<&'static str> {
        Some("hstore")
    }

    fn native_lookup(&self, name: &str) -> Option<NativeLookup> {
        NativeLookup::of_hstore(name)
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        if text.trim_start().starts_with('{') {
            return hstore_value(&serde_json::from_str(text).ok()?);
        }
        db::HStore::read(text).map(Value::from)
    }

    fn display<'a>(&self, _: FieldKind, value: &'a Value) -> DisplayValue<'a> {
        match value {
            Value::Opaque(_) => match hstore_json(value) {
                Some(json) => DisplayValue::Text(json.into()),
                None => DisplayValue::new(value),
            },
            value => DisplayValue::new(value),
        }
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        hstore_json(value).unwrap_or_else(|| value.text()).into()
    }

    fn parse_json(&self, _: ColumnType, json: &Json, _: Tz) -> Result<Value, String> {
        let value = match json {
            Json::String(text) => serde_json::from_str(text)
                .ok()
                .as_ref()
                .and_then(hstore_value),
            other => hstore_value(other),
        };
        value.ok_or_else(|| format!("{json} is not a JSON object"))
    }
}
