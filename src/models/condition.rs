//! What rows a query wants.

use super::lookup::Lookup;
use super::path::{IntoPath, Path};
use crate::db::Value;

/// A condition on the rows of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these hold; an empty list always does.
    All(Vec<Self>),
    /// One of these holds; an empty list never does.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// The column at `path` compares like this with `values`: one, or as many as `in` and `range` want.
    Is {
        /// The column.
        path: Path,
        /// How it is compared.
        lookup: Lookup,
        /// With what.
        values: Vec<Value>,
    },
}

impl Condition {
    /// The column has this value.
    pub fn equals(path: Path, value: impl Into<Value>) -> Self {
        Self::Is { path, lookup: Lookup::Exact, values: vec![value.into()] }
    }

    /// The column has one of these values.
    pub fn one_of(path: Path, values: Vec<Value>) -> Self {
        Self::Is { path, lookup: Lookup::In, values }
    }

    /// The same as [`equals`](Self::equals), with one of Diesel's columns: `Condition::of(product::is_active, true)`.
    pub fn of<T>(path: impl IntoPath<T>, value: impl Into<Value>) -> Self {
        Self::equals(path.into_path(), value)
    }
}
