//! A form with its fields.

use super::Field;
use crate::http::PostData;

/// A form, unbound or bound to submitted data.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// Errors that do not belong to a single field (Django's `non_field_errors`).
    pub errors: Vec<String>,
}

impl Form {
    /// Creates an unbound form.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            fields: fields.into_iter().collect(),
            errors: Vec::new(),
        }
    }

    /// Binds the form to `data` and validates each field separately.
    #[must_use]
    pub fn bind(mut self, data: &PostData) -> Self {
        for field in &mut self.fields {
            field.bind(data.get(field.name));
        }
        self
    }

    /// Removes all errors, because the form is only shown again and was not meant to be saved.
    pub fn forgive(&mut self) {
        self.errors.clear();
        for field in &mut self.fields {
            field.errors.clear();
        }
    }

    /// Whether there are no errors so far.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty() && self.fields.iter().all(|field| field.errors.is_empty())
    }

    /// Returns the submitted value of the field `name`; "" if the field was not sent.
    pub fn value(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map_or("", |field| &field.value)
    }

    /// Whether the field `name` exists and has no errors so far.
    pub fn is_clean(&self, name: &str) -> bool {
        self.fields
            .iter()
            .any(|field| field.name == name && field.errors.is_empty())
    }

    /// Adds an error to the field `name`, or to the whole form if there is no such field.
    pub fn add_error(&mut self, name: &str, text: impl Into<String>) {
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.errors.push(text.into()),
            None => self.errors.push(text.into()),
        }
    }

    /// Returns the fields with errors, for the summary at the top.
    pub fn wrong(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.errors.is_empty())
    }
}
