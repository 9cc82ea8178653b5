//! JSON fields.

use chrono_tz::Tz;
use serde_json::Value as Document;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, NUL, REQUIRED, wrong};
use super::typed::Typed;
use crate::db::{Kind, Value};
use crate::models::Field;

/// A JSON field.
pub(super) struct Json;

impl FormFieldType for Json {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let Ok(document) = serde_json::from_str(typed.first()) else {
            return wrong("Enter a valid JSON.");
        };
        match document {
            // PostgreSQL cannot store NUL, and would refuse it when the row is saved.
            document if has_nul(&document) => wrong(NUL),
            document if is_empty(&document) && !field.blank => wrong(REQUIRED),
            Document::Null => Ok(Value::Null(Kind::Json)),
            document => Ok(Value::Json(document.into())),
        }
    }

    fn typed(&self, _: &Field, value: &Value, _: Tz) -> Typed {
        Typed::one(match value {
            Value::Json(document) => serde_json::to_string_pretty(&document.0).unwrap_or_default(),
            value => value.text(),
        })
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Json
    }
}

/// Whether Django treats the document as empty.
fn is_empty(document: &Document) -> bool {
    match document {
        Document::Null => true,
        Document::String(text) => text.is_empty(),
        Document::Array(items) => items.is_empty(),
        Document::Object(items) => items.is_empty(),
        _ => false,
    }
}

fn has_nul(document: &Document) -> bool {
    match document {
        Document::String(text) => text.contains('\0'),
        Document::Array(items) => items.iter().any(has_nul),
        Document::Object(items) => items
            .iter()
            .any(|(name, item)| name.contains('\0') || has_nul(item)),
        _ => false,
    }
}
