//! Forms over rows of any model: what stands in a field, and what is wrong with what was sent.
//!
//! A caller names the fields, makes a [`ModelForm`] over a row, lets it [`bind`](ModelForm::bind) what was sent, and asks the
//! database about the rest with [`check()`]. The prefix makes the same form a row of an inline (`items-0`) or of a list
//! (`form-0`).

mod check;
mod clean;
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
pub use clean::clean;
pub use field::{Cleaned, ModelField};
pub use form::{BoundField, ModelForm, unreadable_note};
pub use initial::texts;
pub use loaded::LOADED;
pub use management::management;
pub use posted::{Posted, prefixed};
pub use violation::Violation;
pub use widget::{Choice, ChosenFile, Control};
