//! Date fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::date_formats;
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// A date field.
pub(super) struct Date;

impl FormFieldType for Date {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match date_formats::date(typed.first()) {
            Some(day) => Ok(Value::Date(day)),
            None => wrong("Enter a valid date."),
        }
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        content.input("date")
    }
}
