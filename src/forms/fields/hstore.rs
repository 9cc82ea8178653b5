//! `hstore` fields: a JSON object in a text area.

use chrono_tz::Tz;
use serde_json::Value as Document;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, NUL, wrong};
use super::typed::Typed;
use crate::db::{self, Value};
use crate::models::{Field, hstore_json, hstore_value};
use crate::python::strip;

/// Texts with names.
pub(super) struct HStore;

impl FormFieldType for HStore {
    fn is_empty(&self, typed: &Typed) -> bool {
        matches!(strip(typed.first()), "" | "{}")
    }

    fn nothing(&self) -> Option<Value> {
        Some(db::HStore::default().into())
    }

    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let Ok(document) = serde_json::from_str::<Document>(typed.first()) else {
            return wrong("Could not load JSON data.");
        };
        match hstore_value(&document) {
            None => wrong("Input must be a JSON dictionary."),
            Some(value) if value.text().contains('\0') => wrong(NUL),
            Some(value) => Ok(value),
        }
    }

    fn typed(&self, _: &Field, value: &Value, _: Tz) -> Typed {
        Typed::one(match value {
            Value::Opaque(_) => hstore_json(value).unwrap_or_else(|| value.text()),
            value => value.text(),
        })
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Textarea
    }
}
