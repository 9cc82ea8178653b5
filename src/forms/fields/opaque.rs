//! Columns of a type that Nuages does not know. Forms do not change them.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::form_field_type::{Errors, FormFieldType, wrong};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// A value that cannot be entered.
pub(super) struct Opaque;

impl FormFieldType for Opaque {
    fn clean(&self, _: &'static Field, _: &Typed, _: Tz) -> Result<Value, Errors> {
        wrong("This value cannot be changed here.")
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        content.input("text")
    }
}
