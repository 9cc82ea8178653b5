//! Date and time fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::date_formats;
use super::form_field_type::{Errors, FormFieldType, Inputs, REQUIRED, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// A date input and a time input.
pub(super) struct DateTime;

impl FormFieldType for DateTime {
    fn inputs(&self, _: &Field) -> Inputs {
        Inputs::Split
    }

    fn is_empty(&self, typed: &Typed) -> bool {
        typed.is_empty()
    }

    fn clean(&self, field: &'static Field, typed: &Typed, zone: Tz) -> Result<Value, Errors> {
        let (day, time) = (typed.first(), typed.second());
        if (day.is_empty() || time.is_empty()) && !field.blank {
            return wrong(REQUIRED);
        }

        let read = (date_formats::date(day), date_formats::time(time));
        if let (Some(day), Some(time)) = read {
            return date_formats::moment(day, time, zone)
                .map(Value::Timestamp)
                .map_err(|error| vec![error]);
        }

        let mut errors = Vec::new();
        // Report a missing part only if the other part is valid.
        if read.0.is_none() && !(day.is_empty() && read.1.is_none()) {
            errors.push("Enter a valid date.".to_owned());
        }
        if read.1.is_none() && !(time.is_empty() && read.0.is_none()) {
            errors.push("Enter a valid time.".to_owned());
        }
        Err(errors)
    }

    fn typed(&self, _: &Field, value: &Value, zone: Tz) -> Typed {
        let Value::Timestamp(time) = value else {
            return Typed(vec![String::new(), String::new()]);
        };
        let local = time.local(&zone);
        Typed(vec![
            local.format("%Y-%m-%d").to_string(),
            local.format("%H:%M:%S").to_string(),
        ])
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Split
    }
}
