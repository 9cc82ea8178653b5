//! Boolean fields, which may be NULL.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Choices, Errors, FormFieldType, Inputs};
use super::typed::Typed;
use crate::db::{Kind, Value};
use crate::models::Field;

/// A check box; a select with three choices if the column may be NULL.
pub(super) struct Boolean;

impl FormFieldType for Boolean {
    fn inputs(&self, field: &Field) -> Inputs {
        if field.null || field.has_choices() {
            Inputs::One
        } else {
            Inputs::Box
        }
    }

    fn is_never_required(&self) -> bool {
        true
    }

    fn is_empty(&self, _: &Typed) -> bool {
        false
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let raw = typed.first();
        if !field.null {
            return Ok(Value::Bool(
                !raw.is_empty() && !raw.eq_ignore_ascii_case("false"),
            ));
        }
        Ok(match raw {
            "true" | "True" | "2" => Value::Bool(true),
            "false" | "False" | "3" => Value::Bool(false),
            _ => Value::Null(Kind::Bool),
        })
    }

    fn typed(&self, field: &Field, value: &Value, _: Tz) -> Typed {
        if self.inputs(field) == Inputs::Box {
            return Typed::ticked(value.is_true());
        }
        if field.has_choices() {
            return Typed::one(value.text());
        }
        Typed::one(match value {
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            _ => "unknown",
        })
    }

    fn control(&self, field: &Field, _: ControlContent<'_>) -> ControlKind {
        if field.null {
            ControlKind::Select
        } else {
            ControlKind::Checkbox
        }
    }

    fn choices(&self, field: &Field) -> Choices {
        if !field.null {
            return Vec::new();
        }
        let choices = [("unknown", "Unknown"), ("true", "Yes"), ("false", "No")];
        let choices = choices.into_iter();
        choices
            .map(|(value, label)| (value.into(), label.into()))
            .collect()
    }
}
