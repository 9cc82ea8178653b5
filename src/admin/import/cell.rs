//! Converts cells of files to the values of fields.

use chrono_tz::Tz;
use serde_json::Value as Json;

use crate::admin::export::cell_text;
use crate::db::Value;
use crate::forms::model::{BoundField, Cleaned, ModelField, Typed, clean};
use crate::models::{Field, parse_in};

/// Returns the text of a cell; "" for null.
pub(super) fn text(cell: &Json) -> String {
    match cell {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns the keys of a many-to-many field: `1,2`, or a list in JSON Lines.
pub(super) fn keys(cell: &Json) -> Vec<String> {
    match cell {
        Json::Array(items) => items.iter().map(text).collect(),
        other => {
            let keys = text(other);
            let keys = keys.split(',').map(str::trim);
            keys.filter(|key| !key.is_empty())
                .map(str::to_owned)
                .collect()
        }
    }
}

/// Sets the field of a form to the value of a cell, and validates the value as the form does.
pub(super) fn bind(bound: &mut BoundField, cell: &Json, zone: Tz) {
    let field = bound.field;
    let result = match field {
        ModelField::Many(_) => clean(field, &Typed(keys(cell)), zone),
        ModelField::Column(column) if field.is_box() => {
            one(flag(&text(cell)), "Enter true or false.", column)
        }
        ModelField::Column(column) if field.is_split() => {
            let text = text(cell);
            if text.trim().is_empty() {
                clean(field, &Typed(Vec::new()), zone)
            } else {
                one(
                    parse_in(column, text.trim(), zone),
                    "Enter a valid date/time.",
                    column,
                )
            }
        }
        ModelField::Column(_) => clean(field, &Typed::one(written(field, &text(cell))), zone),
    };
    match result {
        Ok(cleaned) => bound.cleaned = Some(cleaned),
        Err(errors) => {
            bound.cleaned = None;
            bound.errors = errors;
        }
    }
}

fn one(value: Option<Value>, error: &str, column: &'static Field) -> Result<Cleaned, Vec<String>> {
    match value {
        Some(value) => Ok(Cleaned::One(value)),
        None => Err(vec![format!("{}: {error}", column.label())]),
    }
}

/// Returns true or false for the words of CSV, JSON and spreadsheets. An empty cell is false.
fn flag(text: &str) -> Option<Value> {
    match text.trim().to_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "y" | "on" => Some(Value::Bool(true)),
        "false" | "f" | "0" | "no" | "n" | "off" | "" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// Returns the text in the spelling of the form: a boolean that may be NULL is a select.
fn written(field: ModelField, text: &str) -> String {
    let is_flag = field
        .column()
        .is_some_and(|column| column.sql == crate::db::Kind::Bool);
    if !is_flag || text.trim().is_empty() {
        return text.to_owned();
    }
    match flag(text) {
        Some(value) => if value.is_true() { "true" } else { "false" }.to_owned(),
        None => text.to_owned(),
    }
}

/// Whether a cell has the value of a column.
pub(super) fn is_same(field: &'static Field, stored: &Value, text: &str, zone: Tz) -> bool {
    if cell_text(field, stored) == text || (stored.is_null() && text.trim().is_empty()) {
        return true;
    }
    // A file may be named by its URL.
    if field.is_file() {
        let path = stored.text();
        return !path.is_empty() && text.ends_with(&format!("/{path}"));
    }
    parse_in(field, text.trim(), zone).as_ref() == Some(stored)
}
