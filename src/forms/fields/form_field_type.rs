//! [`FormFieldType`]: the form side of a kind of field.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// Values with their labels.
pub type Choices = Vec<(Cow<'static, str>, Cow<'static, str>)>;

/// The errors of a field.
pub(in crate::forms) type Errors = Vec<String>;

pub(in crate::forms) const REQUIRED: &str = "This field is required.";
pub(crate) const NUL: &str = "Null characters are not allowed.";

/// Returns the single error `text`.
pub(in crate::forms) fn wrong<T>(text: impl Into<String>) -> Result<T, Errors> {
    Err(vec![text.into()])
}

/// The number of texts that a field sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// One text.
    One,
    /// One text if the box is ticked, else none.
    Box,
    /// Two texts: a date and a time.
    Split,
}

/// The form side of a kind of field (Django's form field and its widget). A field with choices is a
/// select, whatever its kind.
pub trait FormFieldType: Sync {
    /// Returns the number of texts that the field sends.
    fn inputs(&self, _field: &Field) -> Inputs {
        Inputs::One
    }

    /// Whether the field is never required, like a check box.
    fn is_never_required(&self) -> bool {
        false
    }

    /// Whether an author may choose between one line and several lines.
    fn takes_lines(&self) -> bool {
        false
    }

    /// Whether the submitted value is empty.
    fn is_empty(&self, typed: &Typed) -> bool {
        typed.first().is_empty()
    }

    /// Returns the value of an empty control, unless it is NULL or an empty text.
    fn nothing(&self) -> Option<Value> {
        None
    }

    /// Validates a value that is not empty by Django's rules; returns the value, or Django's error
    /// texts.
    fn clean(&self, field: &'static Field, typed: &Typed, zone: Tz) -> Result<Value, Errors>;

    /// Returns the texts of the field's controls for `value`.
    fn typed(&self, _field: &Field, value: &Value, _zone: Tz) -> Typed {
        Typed::one(value.text())
    }

    /// Returns the kind of the control.
    fn control(&self, field: &Field, content: ControlContent<'_>) -> ControlKind;

    /// Returns the attribute `min` of the control.
    fn least(&self, _field: &Field, _control: ControlKind) -> Option<String> {
        None
    }

    /// Returns the choices that the kind itself has.
    fn choices(&self, _field: &Field) -> Choices {
        Vec::new()
    }
}
