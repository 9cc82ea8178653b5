//! Foreign keys.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, NUL, wrong};

use super::typed::Typed;
use crate::db::{Kind, Value};
use crate::models::{Field, parse};
use crate::python::int;

/// The error of a primary key without a row.
pub(in crate::forms) const NO_SUCH_ROW: &str =
    "Select a valid choice. That choice is not one of the available choices.";

/// A foreign key. [`check`](fn@crate::forms::model::check) verifies that the row exists.
pub(super) struct ForeignKey;

impl FormFieldType for ForeignKey {
    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let raw = typed.first();
        if raw.contains('\0') {
            return wrong(NUL);
        }
        match key(field.target(), raw) {
            Some(key) => Ok(key),
            None => wrong(NO_SUCH_ROW),
        }
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Select
    }
}

/// Parses a primary key of `target`; returns `None` if `text` is invalid.
pub fn key(target: &Field, text: &str) -> Option<Value> {
    let number = || int(text);
    match target.sql {
        Kind::SmallInt => number()?.try_into().map(Value::SmallInt).ok(),
        Kind::Integer => number()?.try_into().map(Value::Integer).ok(),
        Kind::BigInt => number()?.try_into().map(Value::BigInt).ok(),
        _ => parse(target, text).filter(|_| !text.contains('\0')),
    }
}
