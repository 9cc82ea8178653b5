//! Parts of the form as separate templates: a template that is included in ten places would be
//! compiled ten times.

use askama::Template;
use askama::filters::HtmlSafe;

use super::inline::ShownInline;
use super::picker::RowPicker;
use super::readonly::Shown;
use super::shown::ShownField;
use crate::forms::html::ControlHtml;
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
#[template(path = "admin/_inline.html")]
pub(in crate::admin) struct InlinePart<'a> {
    inline: &'a ShownInline,
}

#[derive(Template)]
#[template(path = "admin/_picker.html")]
pub(in crate::admin) struct PickerPart<'a> {
    picker: &'a RowPicker,
}

// Each part is a template, which has escaped its values.
impl HtmlSafe for FieldPart<'_> {}
impl HtmlSafe for CellPart<'_> {}
impl HtmlSafe for InlinePart<'_> {}
impl HtmlSafe for PickerPart<'_> {}

/// Renders a field with its label, help and errors.
pub(in crate::admin) fn field(field: &ShownField) -> FieldPart<'_> {
    FieldPart { field }
}

/// Renders a field in a table, with its errors.
pub(in crate::admin) fn cell(field: &ShownField) -> CellPart<'_> {
    CellPart { field }
}

/// Renders only a control.
pub(in crate::admin) fn control(control: &Control) -> ControlHtml<'_> {
    ControlHtml { control }
}

/// Renders an inline.
pub(in crate::admin) fn inline(inline: &ShownInline) -> InlinePart<'_> {
    InlinePart { inline }
}

/// Renders the search of a field, for browsers without scripts.
pub(in crate::admin) fn picker(picker: &RowPicker) -> PickerPart<'_> {
    PickerPart { picker }
}
