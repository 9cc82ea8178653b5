//! [`HtmlForm`]: a form with its values, errors and hidden inputs.

use std::fmt;

use askama::Template;
use askama::filters::{HtmlSafe, Safe};

use super::{HtmlField, RenderField};

/// A form, ready to be shown in a page.
///
/// - `{{ form }}` renders the hidden inputs (the CSRF token among them), a summary of the errors, and the fields. The
///   template writes `<form method="post">` around it, with `enctype="multipart/form-data"` if the form has files.
/// - `{{ form.with_button("Send")? }}` renders the whole element with a button.
/// - `{{ form.field("title")? }}` renders one field, and `{{ form.start()? }}` what comes before the fields.
#[derive(Debug, Clone)]
pub struct HtmlForm {
    /// The fields, in order.
    pub fields: Vec<HtmlField>,
    /// Errors that do not belong to a single field (Django's `non_field_errors`).
    pub errors: Vec<String>,
    /// The names and values of the hidden inputs.
    pub hidden: Vec<(String, String)>,
    /// The display name of the row that the form changes or deletes; "" for a new row.
    pub row: String,
    /// The URL that the form is sent to; "" for the URL of the page.
    pub action: String,
}

/// The hidden inputs and the summary of errors.
#[derive(Template)]
#[template(path = "forms/_start.html")]
struct Start<'a> {
    form: &'a HtmlForm,
}

#[derive(Template)]
#[template(path = "forms/_whole.html")]
struct Whole<'a> {
    form: &'a HtmlForm,
    button: &'a str,
    is_dangerous: bool,
}

impl HtmlForm {
    /// Creates a form with these fields.
    pub(crate) fn new(fields: Vec<HtmlField>) -> Self {
        Self {
            fields,
            errors: Vec::new(),
            hidden: Vec::new(),
            row: String::new(),
            action: String::new(),
        }
    }

    /// Sets the function that renders the fields.
    pub(crate) fn render_fields_with(&mut self, render: RenderField) {
        for field in &mut self.fields {
            field.render = render;
        }
    }

    /// Sets the URL that the form is sent to.
    #[must_use]
    pub fn action(mut self, url: impl Into<String>) -> Self {
        self.action = url.into();
        self
    }

    /// Whether there are no errors.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty() && self.wrong().next().is_none()
    }

    /// Returns the fields with errors.
    pub fn wrong(&self) -> impl Iterator<Item = &HtmlField> {
        self.fields.iter().filter(|field| !field.errors.is_empty())
    }

    /// Whether the form has a file field, so that it needs `enctype="multipart/form-data"`.
    pub fn is_multipart(&self) -> bool {
        self.fields.iter().any(|field| field.control.kind.is_file())
    }

    /// Returns the field `name`; fails if the form does not have it.
    pub fn field(&self, name: &str) -> askama::Result<&HtmlField> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| {
                let text = format!("the form has no field {name:?}");
                askama::Error::Custom(text.into())
            })
    }

    /// Returns the hidden inputs and the summary of errors, which come before the fields.
    pub fn start(&self) -> askama::Result<Safe<String>> {
        Start { form: self }.render().map(Safe)
    }

    /// Returns the element `<form>` with a button.
    pub fn with_button(&self, label: &str) -> askama::Result<Safe<String>> {
        self.whole(label, false)
    }

    /// Returns the element `<form>` with a button in the colour of a warning, for a deletion.
    pub fn with_danger_button(&self, label: &str) -> askama::Result<Safe<String>> {
        self.whole(label, true)
    }

    fn whole(&self, button: &str, is_dangerous: bool) -> askama::Result<Safe<String>> {
        let form = self;
        let whole = Whole {
            form,
            button,
            is_dangerous,
        };
        whole.render().map(Safe)
    }
}

impl fmt::Display for HtmlForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start().map_err(|_| fmt::Error)?;
        write!(f, "{start}")?;
        for field in &self.fields {
            write!(f, "{field}")?;
        }
        Ok(())
    }
}

impl HtmlSafe for HtmlForm {}
