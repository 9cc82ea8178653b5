//! What rows a query wants.

use std::sync::Arc;

use super::lookup::Lookup;
use super::path::{ColumnPath, IntoPath};
use super::{Meta, Query};
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
        path: ColumnPath,
        /// How it is compared.
        lookup: Lookup,
        /// With what.
        values: Vec<Value>,
    },
    /// The column at `path` holds the primary key of one of these rows.
    Among {
        /// The column; the way there is along foreign keys.
        path: ColumnPath,
        /// The rows.
        rows: Box<Query>,
    },
    /// The row is one of `top`, or one of these keys leads from it to a row that is, however many steps away.
    Below {
        /// Foreign keys of the model to itself, by column.
        keys: Vec<&'static str>,
        /// The rows to begin with.
        top: Box<Query>,
    },
    /// The same, where the keys lead in a circle through several models; which of them this row's is.
    Circle(Arc<Circle>, usize),
}

/// Models whose foreign keys lead from one to another in a circle.
#[derive(Debug, Clone, PartialEq)]
pub struct Circle {
    /// The models, each with the rows of it to begin with.
    pub models: Vec<(&'static Meta, Query)>,
    /// Foreign keys among them: whose rows they lead to, which model has them, in which column.
    pub keys: Vec<(usize, usize, &'static str)>,
}

impl Condition {
    /// The column has this value.
    pub fn equals(path: ColumnPath, value: impl Into<Value>) -> Self {
        Self::Is {
            path,
            lookup: Lookup::Exact,
            values: vec![value.into()],
        }
    }

    /// The column has one of these values.
    pub fn one_of(path: ColumnPath, values: Vec<Value>) -> Self {
        Self::Is {
            path,
            lookup: Lookup::In,
            values,
        }
    }

    /// The row is one of these.
    pub fn among(rows: Query) -> Self {
        Self::Among {
            path: ColumnPath::own(rows.model().pk().column),
            rows: Box::new(rows),
        }
    }

    /// The foreign key in `column` leads to one of these rows.
    pub fn leads_to(column: &'static str, rows: Query) -> Self {
        Self::Among {
            path: ColumnPath::own(column),
            rows: Box::new(rows),
        }
    }

    /// The same as [`equals`](Self::equals), with one of Diesel's columns: `Condition::of(product::is_active, true)`.
    pub fn of<T>(path: impl IntoPath<T>, value: impl Into<Value>) -> Self {
        Self::equals(path.into_path(), value)
    }
}
