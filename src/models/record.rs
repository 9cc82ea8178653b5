//! A row of any model.

use diesel::query_source::Column;

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
            // The database writes its own default.
            None if field.db_default.is_some() => Value::Null(field.sql),
            None if !field.null && field.sql == crate::db::Kind::Text => Value::Text(String::new()),
            None => Value::Null(field.sql),
        });
        Self {
            model,
            values: values.collect(),
        }
    }

    /// Returns the value of `column`; `None` if the model does not describe that column:
    /// `record.get(product::name)`.
    pub fn get<C: Column>(&self, _column: C) -> Option<&Value> {
        self.values.get(self.position(C::NAME)?)
    }

    /// Sets the value of `column`: `record.set(product::name, "Lamp")`. Does nothing if the model
    /// does not describe that column.
    pub fn set<C: Column>(&mut self, _column: C, value: impl Into<Value>) {
        self.set_column(C::NAME, value.into());
    }

    /// Returns the value of `field`. A field of another model is NULL.
    pub fn value(&self, field: &Field) -> &Value {
        const NULL: &Value = &Value::Null(crate::db::Kind::Text);
        let at = self.position(field.column);
        at.and_then(|at| self.values.get(at)).unwrap_or(NULL)
    }

    /// Sets the value of `field`, for models that are only known at run time.
    pub fn set_value(&mut self, field: &Field, value: impl Into<Value>) {
        self.set_column(field.column, value.into());
    }

    fn set_column(&mut self, column: &str, value: Value) {
        if let Some(at) = self.position(column) {
            self.values[at] = value;
        }
    }

    fn position(&self, column: &str) -> Option<usize> {
        let mut fields = self.model.fields.iter();
        fields.position(|field| field.column == column)
    }

    /// Returns the primary key.
    pub fn pk(&self) -> &Value {
        self.value(self.model.pk())
    }
}
