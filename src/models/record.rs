//! A row of any model.

use super::{Field, Meta};
use crate::db::Value;

/// A row: one value for each field of its model, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The model.
    pub model: &'static Meta,
    /// The values.
    pub values: Vec<Value>,
}

impl Record {
    /// Creates a row that is not saved yet, with defaults, else NULL if allowed, else the kind's
    /// empty value.
    pub fn new(model: &'static Meta) -> Self {
        let values = model.fields.iter().map(|field| match field.default {
            Some(default) => default(),
            None if !field.null && field.sql == crate::db::Kind::Text => Value::Text(String::new()),
            None => Value::Null(field.sql),
        });
        Self {
            model,
            values: values.collect(),
        }
    }

    /// Returns the value of the field with this name in forms.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let at = self
            .model
            .fields
            .iter()
            .position(|field| field.name == name)?;
        self.values.get(at)
    }

    /// Returns the value of `field`.
    pub fn value(&self, field: &Field) -> &Value {
        const NULL: &Value = &Value::Null(crate::db::Kind::Text);
        let at = self
            .model
            .fields
            .iter()
            .position(|own| own.column == field.column);
        at.and_then(|at| self.values.get(at)).unwrap_or(NULL)
    }

    /// Sets the value of the field in `column`.
    pub fn set(&mut self, column: &str, value: impl Into<Value>) {
        if let Some(at) = self
            .model
            .fields
            .iter()
            .position(|field| field.column == column)
        {
            self.values[at] = value.into();
        }
    }

    /// Returns the primary key.
    pub fn pk(&self) -> &Value {
        self.value(self.model.pk())
    }
}
