//! Parts of the form as templates of their own: what is included in ten places is compiled ten times.

use askama::Template;
use askama::filters::HtmlSafe;

use super::find::Find;
use super::inline::ShownInline;
use super::readonly::Shown;
use super::shown::ShownField;
use crate::forms::model::{Control, ControlKind};

#[derive(Template)]
#[template(path = "admin/_field.html")]
pub(in crate::admin) struct FieldPart<'a> {
    field: &'a ShownField,
}

#[derive(Template)]
#[template(path = "admin/_cell.html")]
pub(in crate::admin) struct CellPart<'a> {
    field: &'a ShownField,
}

#[derive(Template)]
#[template(path = "admin/_control.html")]
pub(in crate::admin) struct ControlPart<'a> {
    control: &'a Control,
}

#[derive(Template)]
#[template(path = "admin/_inline.html")]
pub(in crate::admin) struct InlinePart<'a> {
    inline: &'a ShownInline,
}

#[derive(Template)]
#[template(path = "admin/_find.html")]
pub(in crate::admin) struct FindPart<'a> {
    find: &'a Find,
}

// Each is a template, and has escaped what it shows.
impl HtmlSafe for FieldPart<'_> {}
impl HtmlSafe for CellPart<'_> {}
impl HtmlSafe for ControlPart<'_> {}
impl HtmlSafe for InlinePart<'_> {}
impl HtmlSafe for FindPart<'_> {}

/// A field with its label, help and errors.
pub(in crate::admin) fn field(field: &ShownField) -> FieldPart<'_> {
    FieldPart { field }
}

/// A field in a table, with its errors.
pub(in crate::admin) fn cell(field: &ShownField) -> CellPart<'_> {
    CellPart { field }
}

/// A control alone.
pub(in crate::admin) fn control(control: &Control) -> ControlPart<'_> {
    ControlPart { control }
}

/// The rows of another model.
pub(in crate::admin) fn inline(inline: &ShownInline) -> InlinePart<'_> {
    InlinePart { inline }
}

/// The search for a field, where there are no scripts.
pub(in crate::admin) fn find(find: &Find) -> FindPart<'_> {
    FindPart { find }
}
