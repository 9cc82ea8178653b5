//! Texts computed from a row's columns: display names, URLs, and columns that an author computes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{ColumnPath, Shape};
use crate::db::Value;

type Make<R> = dyn Fn(&[Value]) -> R + Send + Sync;

/// A function of a row's values.
pub struct Formula<R>(Arc<Make<R>>);

impl<R: Default + 'static> Formula<R> {
    /// Creates a formula from `make`, a function of as many values as `P` has members.
    pub fn new<P: Shape>(make: fn(&P::Values) -> R) -> Self {
        Self::shaped(P::shaped, make)
    }

    fn shaped<V: 'static>(shape: fn(&[Value]) -> Option<&V>, make: fn(&V) -> R) -> Self {
        Self(Arc::new(move |values| {
            shape(values).map(make).unwrap_or_default()
        }))
    }

    /// Applies the function to these values.
    pub fn make(&self, values: &[Value]) -> R {
        (self.0)(values)
    }
}

impl<R> Clone for Formula<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> fmt::Debug for Formula<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Formula")
    }
}

/// Columns, and a function that formats their values.
#[derive(Debug, Clone)]
pub struct DisplayText {
    /// The columns.
    pub paths: Vec<ColumnPath>,
    /// Formats the values, in the order of `paths`; `None` if the text is that of the only column.
    format: Option<Formula<String>>,
}

impl DisplayText {
    /// Creates the text of one column.
    pub fn new(path: ColumnPath) -> Self {
        Self {
            paths: vec![path],
            format: None,
        }
    }

    /// Creates a text that `format` makes of several columns.
    pub fn made(paths: Vec<ColumnPath>, format: Formula<String>) -> Self {
        Self {
            paths,
            format: Some(format),
        }
    }

    /// Returns the text of a row whose columns `paths` have these values.
    pub fn say<'a>(&self, values: &'a [Value]) -> Cow<'a, str> {
        match (&self.format, values) {
            (Some(format), _) => format.make(values).into(),
            (None, [Value::Text(text), ..]) => text.into(),
            (None, [value, ..]) => value.text().into(),
            (None, []) => Cow::default(),
        }
    }
}
