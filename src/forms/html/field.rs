//! [`HtmlField`]: a field of a form with its label, control, help and errors.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::forms::model::{Control, ControlKind, InputDescription};

/// Renders a field. A site that wants other HTML sets its own function with `Project::form_field`.
pub type RenderField = fn(&HtmlField) -> askama::Result<String>;

/// A field of a form, ready to be shown: `{{ form.field("title") }}`.
#[derive(Debug, Clone)]
pub struct HtmlField {
    /// The name of the field: `title`.
    pub name: &'static str,
    /// The label.
    pub label: String,
    /// The help text; "" for none.
    pub help: String,
    /// Whether the field must not be empty.
    pub required: bool,
    /// The control.
    pub control: Control,
    /// The errors of the submitted value.
    pub errors: Vec<String>,
    /// The note about a value of the database that cannot be read.
    pub note: Option<String>,
    /// The stored file of a file field.
    pub file: Option<CurrentFile>,
    pub(super) render: RenderField,
}

/// The stored file of a file field.
#[derive(Debug, Clone)]
pub struct CurrentFile {
    /// The path below `MEDIA_ROOT`.
    pub path: String,
    /// The URL.
    pub url: String,
    /// Whether the file is a picture.
    pub is_image: bool,
    /// Whether the field may be empty, so that the file can be removed.
    pub may_clear: bool,
}

/// The HTML of a field of a site that does not define its own.
#[derive(Template)]
#[template(path = "forms/_field.html")]
struct DefaultField<'a> {
    field: &'a HtmlField,
}

/// The HTML of a control, without label and errors.
#[derive(Template)]
#[template(path = "forms/_control.html")]
pub struct ControlHtml<'a> {
    /// The control.
    pub control: &'a Control,
}

// The template has escaped its values.
impl HtmlSafe for ControlHtml<'_> {}

impl HtmlField {
    /// Creates a field with the default HTML.
    pub(crate) fn new(name: &'static str, label: String, control: Control) -> Self {
        Self {
            name,
            label,
            help: String::new(),
            required: control.required,
            control,
            errors: Vec::new(),
            note: None,
            file: None,
            render: |field| DefaultField { field }.render(),
        }
    }

    /// Returns the `id` of the control.
    pub fn id(&self) -> String {
        self.control.id()
    }

    /// Returns the `id` of the element to jump to: the first input of the field.
    pub fn first_id(&self) -> String {
        match self.control.kind {
            ControlKind::Radio | ControlKind::Boxes | ControlKind::Split | ControlKind::Ends(_) => {
                format!("{}_0", self.id())
            }
            _ => self.id(),
        }
    }

    /// Whether the control has several inputs, so that its label is a legend.
    pub fn is_group(&self) -> bool {
        matches!(
            self.control.kind,
            ControlKind::Radio | ControlKind::Boxes | ControlKind::Split | ControlKind::Ends(_)
        )
    }

    /// Whether the control is a check box. Its label follows it.
    pub fn is_checkbox(&self) -> bool {
        self.control.kind == ControlKind::Checkbox
    }

    /// Whether visitors do not see the field.
    pub fn is_hidden(&self) -> bool {
        self.control.kind == ControlKind::Input("hidden")
    }

    /// Returns the HTML of the control, without label and errors.
    pub fn control_html(&self) -> ControlHtml<'_> {
        let control = &self.control;
        ControlHtml { control }
    }
}

impl fmt::Display for HtmlField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let html = (self.render)(self).map_err(|_| fmt::Error)?;
        f.write_str(&html)
    }
}

impl HtmlSafe for HtmlField {}
