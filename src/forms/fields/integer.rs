//! Integer fields.

use chrono_tz::Tz;

use super::bounds::{at_least, bounds, minimum};
use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::number;
use super::typed::Typed;
use crate::db::{Kind, Value};
use crate::models::Field;

/// An integer field with the range of its column.
pub(super) struct Integer;

/// An integer field from zero on.
pub(super) struct PositiveInteger;

impl FormFieldType for Integer {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match number::whole(typed.first()) {
            None => wrong("Enter a whole number."),
            Some(number) => fitting(field, number),
        }
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        content.input("number")
    }

    fn least(&self, field: &Field, control: ControlKind) -> Option<String> {
        minimum(field).filter(|_| control == ControlKind::Input("number"))
    }
}

impl FormFieldType for PositiveInteger {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        match number::whole(typed.first()) {
            None => wrong("Enter a whole number."),
            Some(number) if number < 0 => wrong(at_least(0)),
            Some(number) => fitting(field, number),
        }
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        content.input("number")
    }

    fn least(&self, field: &Field, _: ControlKind) -> Option<String> {
        Some(minimum(field).unwrap_or_else(|| "0".to_owned()))
    }
}

/// Converts an integer to the type of its column. A number that does not fit is refused together
/// with the author's rules.
fn fitting(field: &Field, number: i128) -> Result<Value, Errors> {
    let value = match field.sql {
        Kind::SmallInt => number.try_into().map(Value::SmallInt).ok(),
        Kind::Integer => number.try_into().map(Value::Integer).ok(),
        _ => number.try_into().map(Value::BigInt).ok(),
    };
    match (value, number::out_of_range(field, number)) {
        (Some(value), None) => Ok(value),
        (_, refused) => {
            let mut errors = bounds(field, number.to_string().parse().ok());
            errors.extend(refused);
            Err(errors)
        }
    }
}
