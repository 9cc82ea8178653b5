//! A form: its fields together.

use super::Field;
use crate::http::PostData;

/// A form, as it is shown and as it came back.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// What is wrong with the form as a whole (Django's `non_field_errors`).
    pub errors: Vec<String>,
}

impl Form {
    /// An empty form.
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            fields: fields.into_iter().collect(),
            errors: Vec::new(),
        }
    }

    /// The form as it was sent, each field looked at by itself.
    #[must_use]
    pub fn bind(mut self, data: &PostData) -> Self {
        for field in &mut self.fields {
            field.bind(data.get(field.name));
        }
        self
    }

    /// Forgets what is wrong: the form is shown as it was sent, and was not to be saved.
    pub fn forgive(&mut self) {
        self.errors.clear();
        for field in &mut self.fields {
            field.errors.clear();
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty() && self.fields.iter().all(|field| field.errors.is_empty())
    }

    /// What was typed into the field `name`; "" if there is none.
    pub fn value(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map_or("", |field| &field.value)
    }

    /// Whether the field `name` is as it should be so far.
    pub fn is_clean(&self, name: &str) -> bool {
        self.fields
            .iter()
            .any(|field| field.name == name && field.errors.is_empty())
    }

    /// Says that something is wrong with the field `name`, or with the whole form if there is no such field.
    pub fn add_error(&mut self, name: &str, text: impl Into<String>) {
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(field) => field.errors.push(text.into()),
            None => self.errors.push(text.into()),
        }
    }

    /// Fields with errors, for the summary on top.
    pub fn wrong(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.errors.is_empty())
    }
}
