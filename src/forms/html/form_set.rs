//! [`HtmlFormSet`]: several forms of one model in one page.

use std::fmt;

use askama::Template;
use askama::filters::{HtmlSafe, Safe};

use super::{HtmlField, HtmlForm, RenderField};

/// The forms of several rows, ready to be shown: `{{ forms.with_button("Save")? }}`, or `{{ forms }}` inside an element
/// `<form method="post">`.
#[derive(Debug, Clone)]
pub struct HtmlFormSet {
    /// The form of each row: first the existing ones, then the new ones.
    pub forms: Vec<HtmlForm>,
    /// Errors that do not belong to a single row.
    pub errors: Vec<String>,
    /// The names and values of the hidden inputs: the token, and the numbers of forms (Django's management form).
    pub hidden: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "forms/_form_set.html")]
struct Forms<'a> {
    set: &'a HtmlFormSet,
}

#[derive(Template)]
#[template(path = "forms/_whole_form_set.html")]
struct Whole<'a> {
    set: &'a HtmlFormSet,
    button: &'a str,
}

impl HtmlFormSet {
    /// Whether nothing is wrong with the rows.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty() && self.forms.iter().all(HtmlForm::is_valid)
    }

    /// Whether a form has a file field.
    pub fn is_multipart(&self) -> bool {
        self.forms.iter().any(HtmlForm::is_multipart)
    }

    /// Returns each field with an error, for the summary.
    pub fn wrong(&self) -> impl Iterator<Item = &HtmlField> {
        self.forms.iter().flat_map(HtmlForm::wrong)
    }

    /// Sets the function that renders the fields.
    pub(crate) fn render_fields_with(&mut self, render: RenderField) {
        for form in &mut self.forms {
            form.render_fields_with(render);
        }
    }

    /// Returns the element `<form>` with a button.
    pub fn with_button(&self, label: &str) -> askama::Result<Safe<String>> {
        let (set, button) = (self, label);
        Whole { set, button }.render().map(Safe)
    }
}

impl fmt::Display for HtmlFormSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let html = Forms { set: self }.render().map_err(|_| fmt::Error)?;
        f.write_str(&html)
    }
}

impl HtmlSafe for HtmlFormSet {}
