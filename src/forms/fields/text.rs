//! Text fields: single lines, slugs, e-mail addresses, texts of any length.

use chrono_tz::Tz;

use super::control_kind::{ControlContent, ControlKind, has_lines, input_type};
use super::form_field_type::{Errors, FormFieldType, NUL};
use super::text_formats::is_slug;
use super::typed::Typed;
use crate::db::Value;
use crate::forms::is_email;
use crate::models::Field;
use crate::python::strip;
use crate::words::counted;

/// A text field of any length.
pub(super) struct Text;

/// A single-line text field.
pub(super) struct Char;

/// A slug field.
pub(super) struct Slug;

/// An e-mail field.
pub(super) struct Email;

/// Returns an input of this type, or a text area if the text has several lines.
pub(super) fn line(kind: &'static str, content: ControlContent<'_>) -> ControlKind {
    if has_lines(content.text) {
        ControlKind::Textarea
    } else {
        ControlKind::Input(kind)
    }
}

/// Returns the text without surrounding white space, in the author's normalized form.
fn spelled(field: &Field, typed: &Typed) -> String {
    let stripped = strip(typed.first());
    // Do not normalize a text that is too long anyway.
    let is_short = field
        .max_length()
        .is_none_or(|most| stripped.chars().count() <= most);
    match field.normalized.filter(|_| is_short) {
        Some(spell) => spell(stripped),
        None => stripped.to_owned(),
    }
}

/// Returns the text as a value, unless it has the error `problem`, is too long, or cannot be
/// stored.
pub(super) fn checked(field: &Field, text: String, problem: Option<&str>) -> Result<Value, Errors> {
    let mut errors: Errors = problem.into_iter().map(str::to_owned).collect();
    let length = text.chars().count();
    if let Some(most) = field.max_length().filter(|most| length > *most) {
        let most = counted(most, "character", "characters");
        errors.push(format!(
            "Ensure this value has at most {most} (it has {length})."
        ));
    }
    if text.contains('\0') {
        errors.push(NUL.to_owned());
    }

    if errors.is_empty() {
        Ok(Value::Text(text))
    } else {
        Err(errors)
    }
}

/// Whether the value is only white space.
pub(super) fn is_blank(typed: &Typed) -> bool {
    strip(typed.first()).is_empty()
}

impl FormFieldType for Text {
    fn takes_lines(&self) -> bool {
        true
    }

    fn is_empty(&self, typed: &Typed) -> bool {
        is_blank(typed)
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        checked(field, spelled(field, typed), None)
    }

    fn control(&self, _: &Field, _: ControlContent<'_>) -> ControlKind {
        ControlKind::Textarea
    }
}

impl FormFieldType for Char {
    fn takes_lines(&self) -> bool {
        true
    }

    fn is_empty(&self, typed: &Typed) -> bool {
        is_blank(typed)
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        checked(field, spelled(field, typed), None)
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        line("text", content)
    }
}

impl FormFieldType for Slug {
    fn is_empty(&self, typed: &Typed) -> bool {
        is_blank(typed)
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let text = spelled(field, typed);
        let problem = (!is_slug(&text)).then_some(
            "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
        );
        checked(field, text, problem)
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        line("text", content)
    }
}

impl FormFieldType for Email {
    fn is_empty(&self, typed: &Typed) -> bool {
        is_blank(typed)
    }

    fn clean(&self, field: &'static Field, typed: &Typed, _: Tz) -> Result<Value, Errors> {
        let text = spelled(field, typed);
        let is_wrong = text.chars().count() > 320 || !is_email(&text);
        checked(
            field,
            text,
            is_wrong.then_some("Enter a valid email address."),
        )
    }

    fn control(&self, _: &Field, content: ControlContent<'_>) -> ControlKind {
        line(input_type("email", content.text), content)
    }
}
