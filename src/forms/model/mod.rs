//! Forms over rows of any model, with their values and errors.
//!
//! A caller chooses the fields, creates a [`ModelForm`] over a row, [binds](ModelForm::bind) it to
//! submitted data, and validates it against the database with [`check()`]. With a prefix the same
//! form is a row of an inline (`items-0`) or of a list (`form-0`).

mod check;
mod clean;
mod constraints;
mod field;
mod form;
mod initial;
mod loaded;
mod management;
mod own_saves;
mod posted;
#[cfg(test)]
mod survival;
#[cfg(test)]
mod tests;
mod violation;
mod widget;

pub use super::fields::{ControlKind, InputDescription, Typed, has_lines, input_type, key};
pub use check::{check, duplicates, exists, listed};
pub(crate) use clean::check_rules;
pub use clean::clean;
pub use field::{Cleaned, ModelField};
pub use form::{BoundField, ModelForm, unreadable_note};
pub use initial::texts;
pub use loaded::LOADED;
pub use management::management;
pub use posted::{Posted, prefixed};
pub use violation::Violation;
pub(crate) use widget::BLANK;
pub use widget::{Choice, ChosenFile, Control};
