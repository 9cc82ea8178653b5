//! [`RenderContext`]: what rendering a form or one of its rows needs.

use super::picker::PickerResult;
use super::relations::{Linked, Relations};
use super::request::ChangeFormRequest;
use crate::admin::options::{Cell, Options};

/// The context for rendering the fields of one row: the row of the form, or a row of an inline.
#[derive(Clone, Copy)]
pub(super) struct RenderContext<'a> {
    pub(super) request: &'a ChangeFormRequest,
    /// The related rows, which are loaded.
    pub(super) relations: &'a Relations,
    /// The options of the model of the row.
    pub(super) options: &'a Options,
    /// Whether the row is new.
    pub(super) adding: bool,
    /// The links of many-to-many fields.
    pub(super) linked: &'a [Linked],
    /// The values of the computed columns.
    pub(super) computed: &'a [Cell],
    /// The result of a search for one of the fields.
    pub(super) picker_result: Option<&'a PickerResult>,
    /// The text for empty values.
    pub(super) empty: &'static str,
}
