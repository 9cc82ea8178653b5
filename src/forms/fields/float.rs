//! Float fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;
use crate::python::float;

/// A field for finite floats.
pub(super) struct Float;

impl FormFieldType for Float {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match float(typed.first()) {
            Some(number) => Ok(Value::Double(number)),
            None => wrong("Enter a number."),
        }
    }

    fn typed(&self, _: &Field, value: &Value, _: Tz) -> Typed {
        Typed::one(match value {
            Value::Double(number) => format!("{number:?}"),
            value => value.text(),
        })
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Input("decimal")
    }
}
