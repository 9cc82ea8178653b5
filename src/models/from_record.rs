//! [`FromRecord`]: the struct of a row that was read or saved through a description.

use super::{Model, Record};
use crate::db::{FromValue, Kind, Value};
use crate::error::{Error, Result};

/// A struct that holds the fields of a [`Record`]. `#[nuages::model]` and `#[nuages::form]` implement it.
pub trait FromRecord: Model {
    /// Returns the values of `record`; fails if a value cannot be read.
    fn from_record(record: &Record) -> Result<Self>;
}

impl Record {
    /// Returns the row with 0, false or "" in each column that may not be NULL and has no value yet.
    #[must_use]
    pub(crate) fn without_gaps(&self) -> Self {
        let mut record = self.clone();
        for (field, value) in self.model.fields.iter().zip(&mut record.values) {
            if value.is_null() && !field.null {
                *value = match field.sql {
                    Kind::SmallInt => 0_i16.into(),
                    Kind::Integer => 0_i32.into(),
                    Kind::BigInt => 0_i64.into(),
                    Kind::Double => 0.0.into(),
                    Kind::Bool => false.into(),
                    Kind::Text => String::new().into(),
                    other => Value::Null(other),
                };
            }
        }
        record
    }

    /// Returns the value of the column called `name` as a Rust type; fails if it is of another type.
    pub fn typed<T: FromValue>(&self, name: &str) -> Result<T> {
        let value = self.model.column(name).map(|field| self.value(field));
        value.and_then(T::from_value).ok_or_else(|| {
            let text = format!("{}.{name} cannot be read", self.model.table);
            Error::Database(diesel::result::Error::DeserializationError(text.into()))
        })
    }
}
