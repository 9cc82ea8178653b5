//! Time fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::date_formats;
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// A time field.
pub(super) struct Time;

impl FormFieldType for Time {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match date_formats::time(typed.first()) {
            Some(time) => Ok(Value::Time(time)),
            None => wrong("Enter a valid time."),
        }
    }

    fn typed(&self, _: &Field, value: &Value, _: Tz) -> Typed {
        Typed::one(match value {
            Value::Time(time) => time.format("%H:%M:%S").to_string(),
            value => value.text(),
        })
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        content.input("time")
    }
}
