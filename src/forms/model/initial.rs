//! Converts a value to the texts of a field's controls.

use chrono_tz::Tz;

use super::{Cleaned, ModelField, Typed};
use crate::db::Value;
use crate::forms::fields::{Inputs, form_field_type};
use crate::models::Field;

/// Returns the texts of the controls of `field` for `value`.
pub fn texts(field: ModelField, value: &Cleaned, zone: Tz) -> Typed {
    match (field, value) {
        (_, Cleaned::Many(keys)) => Typed(keys.iter().map(ToString::to_string).collect()),
        (ModelField::Many(_), Cleaned::One(value)) => Typed::one(value.text()),
        (ModelField::Column(column), Cleaned::One(Value::Unreadable(cell))) => {
            held_as_it_is(column, &cell.text)
        }
        (ModelField::Column(column), Cleaned::One(value)) => {
            form_field_type(column.kind).typed(column, value, zone)
        }
    }
}

/// Returns the texts of the controls for a value of another kind: the unchanged text. A check box,
/// which cannot show a text, is ticked as in Django.
fn held_as_it_is(column: &Field, text: &str) -> Typed {
    match form_field_type(column.kind).inputs(column) {
        Inputs::Split => Typed(vec![text.to_owned(), String::new()]),
        Inputs::Box => Typed::ticked(!matches!(text, "" | "0" | "False" | "false")),
        Inputs::One => Typed::one(text),
    }
}
