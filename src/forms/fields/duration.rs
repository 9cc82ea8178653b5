//! Lengths of time.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::{self, Value};
use crate::models::{Field, parse_duration_micros};

/// A length of time.
pub(super) struct Duration;

impl FormFieldType for Duration {
    fn clean(&self, _: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let Some(micros) = parse_duration_micros(typed.first()) else {
            return wrong("Enter a valid duration.");
        };
        if let Ok(micros) = i64::try_from(micros) {
            return Ok(Value::Duration(db::Duration(micros)));
        }
        let most = db::Duration::MAX_DAYS;
        wrong(format!(
            "The number of days must be between -{most} and {most}."
        ))
    }

    fn typed(&self, _: &Field, value: &Value, _: Tz) -> Typed {
        Typed::one(match value {
            Value::Duration(duration) => duration.form_text(),
            value => value.text(),
        })
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Input("text")
    }
}
