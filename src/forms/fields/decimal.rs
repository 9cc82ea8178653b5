//! Decimal fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::number;
use super::typed::Typed;
use crate::db::Value;
use crate::models::{Field, FieldKind};

/// A decimal field with a limited number of digits.
pub(super) struct Decimal;

impl FormFieldType for Decimal {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let Some(parts) = number::decimal_parts(typed.first()) else {
            return wrong("Enter a number.");
        };
        if let FieldKind::Decimal(digits, places) = field.kind
            && let Some(refused) = parts.refused(digits, places)
        {
            return wrong(refused);
        }
        match parts.value() {
            Some(number) => Ok(Value::Decimal(number)),
            None => wrong("Enter a number."),
        }
    }

    fn typed(&self, field: &Field, value: &Value, _: Tz) -> Typed {
        match (value, field.kind) {
            (Value::Decimal(number), FieldKind::Decimal(_, places)) => {
                let mut text = String::with_capacity(16);
                number.fixed(places).push_to(&mut text);
                Typed::one(text)
            }
            (value, _) => Typed::one(value.text()),
        }
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Input("decimal")
    }
}
