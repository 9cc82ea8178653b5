//! [`FieldError`]: an error of a row, beside one of its fields.

use crate::models::FieldName;

/// An error that a hook found: `FieldError::new(product::price, "The price is too low.")`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    field: &'static str,
    text: String,
}

impl FieldError {
    /// Creates an error that is shown beside `field`.
    pub fn new<T>(field: impl FieldName<T>, text: impl Into<String>) -> Self {
        Self::named(field.name(), text)
    }

    /// Creates an error of the row as a whole (Django's `NON_FIELD_ERRORS`).
    pub fn whole_form(text: impl Into<String>) -> Self {
        Self::named("", text)
    }

    /// Creates an error of a field that is only known at run time.
    pub(super) fn named(field: &'static str, text: impl Into<String>) -> Self {
        Self {
            field,
            text: text.into(),
        }
    }

    /// Returns the name of the column or many-to-many field; "" if the error concerns the row as a
    /// whole.
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// Returns the text for the user.
    pub fn text(&self) -> &str {
        &self.text
    }
}
