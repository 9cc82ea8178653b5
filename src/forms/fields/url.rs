//! URL fields.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind, input_type};
use super::form_field_type::{Errors, FormFieldType};
use super::text::{checked, is_blank, line};
use super::text_formats::{is_url, with_scheme};
use super::typed::Typed;
use crate::db::Value;
use crate::models::Field;
use crate::python::strip;

/// A URL field.
pub(super) struct Url;

impl FormFieldType for Url {
    fn is_empty(&self, typed: &Typed) -> bool {
        is_blank(typed)
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let text = with_scheme(strip(typed.first()));
        let problem = (!is_url(&text)).then_some("Enter a valid URL.");
        checked(field, text, problem)
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        line(input_type("url", content.text), content)
    }
}
