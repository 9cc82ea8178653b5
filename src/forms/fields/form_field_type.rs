//! [`FormFieldType`]: everything that differs between the kinds of fields of forms.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;

/// What is wrong with a field.
pub(in crate::forms) type Errors = Vec<String>;

pub(in crate::forms) const REQUIRED: &str = "This field is required.";
pub(in crate::forms) const NUL: &str = "Null characters are not allowed.";

/// The one error `text`.
pub(in crate::forms) fn wrong<T>(text: impl Into<String>) -> Result<T, Errors> {
    Err(vec![text.into()])
}

/// How many texts a field sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// One.
    One,
    /// One if its box is ticked, else none.
    Box,
    /// A date and a time.
    Split,
}

/// A kind of field as forms know it (Django's form field and its widget). A field with choices is a list of these, whatever
/// its kind.
pub trait FormFieldType: Sync {
    /// How many texts a field sends.
    fn inputs(&self, _field: &Field) -> Inputs {
        Inputs::One
    }

    /// Whether a form can always be sent without it, as without a box that is not ticked.
    fn is_never_required(&self) -> bool {
        false
    }

    /// Whether an author may have its texts typed in one line, or in several.
    fn takes_lines(&self) -> bool {
        false
    }

    /// Whether nothing was typed.
    fn is_empty(&self, typed: &Typed) -> bool {
        typed.first().is_empty()
    }

    /// The value that was typed, by Django's rules, or the errors in its words. Nothing at all does not come here.
    fn clean(&self, field: &'static Field, typed: &Typed, zone: Tz) -> Result<Value, Errors>;

    /// The texts in the field's controls when it holds `value`.
    fn typed(&self, _field: &Field, value: &Value, _zone: Tz) -> Typed {
        Typed::one(value.text())
    }

    /// The control.
    fn control(&self, field: &Field, content: ControlContent<'_>) -> ControlKind;

    /// The attribute `min` of the control.
    fn least(&self, _field: &Field, _control: ControlKind) -> Option<String> {
        None
    }

    /// Choices that the kind itself has.
    fn choices(&self, _field: &Field) -> &'static [(&'static str, &'static str)] {
        &[]
    }
}
