//! UUID fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::{self, Value};
use crate::models::Field;
use crate::python::strip;

/// A UUID field.
pub(super) struct Uuid;

impl FormFieldType for Uuid {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match strip(typed.first()).parse::<db::Uuid>() {
            Ok(id) => Ok(Value::Uuid(id)),
            Err(_) => wrong("Enter a valid UUID."),
        }
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Input("text")
    }
}
