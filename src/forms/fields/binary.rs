//! Bytes, in base64. Like in Django, forms have no such field unless its author makes it editable.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::{Field, parse};

/// Bytes.
pub(super) struct Binary;

impl FormFieldType for Binary {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match parse(field, typed.first()) {
            Some(value) => Ok(value),
            None => wrong("Enter the bytes in base64."),
        }
    }

    fn typed(&self, _: &Field, value: &Value, _: Tz) -> Typed {
        Typed::one(match value {
            Value::Binary(bytes) => STANDARD.encode(&bytes.0),
            value => value.text(),
        })
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Textarea
    }
}
