//! Conditions on the rows of a query.

use std::sync::Arc;

use super::lookup::Lookup;
use super::path::{ColumnPath, IntoPath};
use super::{Meta, Order, Query};
use crate::db::Value;
use diesel::query_source::Column;

/// A condition on the rows of a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of these must hold; an empty list always holds.
    All(Vec<Self>),
    /// One of these must hold; an empty list never holds.
    Any(Vec<Self>),
    /// The condition must not hold.
    Not(Box<Self>),
    /// Compares the column at `path` with `values`: one value, or as many as `in` and `range` need.
    Is {
        /// The column.
        path: ColumnPath,
        /// The comparison.
        lookup: Lookup,
        /// The values to compare with.
        values: Vec<Value>,
    },
    /// The columns of the model's search index may contain each of these texts, ignoring case: every row whose texts
    /// contain them, and perhaps others. The database must have the index.
    MayContain {
        /// The columns, all of which the index has.
        columns: Vec<&'static str>,
        /// The texts.
        words: Vec<String>,
    },
    /// The row is one of the rows of any of these queries on the same model.
    InAny(Vec<Query>),
    /// The row comes after the row with these values, in this order of columns. No value is NULL.
    Behind(Vec<(Order, Value)>),
    /// An SQL expression that is valid on both databases, and names columns of the model without
    /// their table: only for queries that join no table.
    Sql(&'static str),
    /// The column at `path` holds the primary key of one of these rows.
    Among {
        /// The column, along foreign keys only.
        path: ColumnPath,
        /// The rows.
        rows: Box<Query>,
    },
    /// The row is one of `top`, or refers to such a row along these foreign keys, in any number of
    /// steps.
    Below {
        /// Foreign keys from the model to itself, by column.
        keys: Vec<&'static str>,
        /// The rows at the top.
        top: Box<Query>,
    },
    /// Like `Below`, for foreign keys that form a cycle through several models; with the index of
    /// this row's model.
    Circle(Arc<Circle>, usize),
}

/// Models whose foreign keys form a cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct Circle {
    /// The models, each with its top rows.
    pub models: Vec<(&'static Meta, Query)>,
    /// Foreign keys of the cycle: the index of the referenced model, the index of the referring
    /// model, and the column.
    pub keys: Vec<(usize, usize, &'static str)>,
}

impl Condition {
    /// Requires the column to have this value.
    pub fn equals(path: ColumnPath, value: impl Into<Value>) -> Self {
        Self::Is {
            path,
            lookup: Lookup::Exact,
            values: vec![value.into()],
        }
    }

    /// Requires the column to have one of these values.
    pub fn one_of(path: ColumnPath, values: Vec<Value>) -> Self {
        Self::Is {
            path,
            lookup: Lookup::In,
            values,
        }
    }

    /// Requires the row to be one of these.
    pub fn among(rows: Query) -> Self {
        Self::Among {
            path: ColumnPath::own(rows.model().pk().column),
            rows: Box::new(rows),
        }
    }

    /// Requires the foreign key of `model` in `column` to refer to one of these rows.
    pub fn leads_to(model: &Meta, column: &'static str, rows: Query) -> Self {
        let key = model.column(column);
        let to = key.and_then(|key| key.relation.as_ref()?.to_field);
        let rows = match to {
            Some(to) => rows.by_key(to),
            None => rows,
        };
        Self::Among {
            path: ColumnPath::own(column),
            rows: Box::new(rows),
        }
    }

    /// Requires the column at `path` to have the value that `column` has in one of `rows` (Django's
    /// `filter(path__in=rows.values("column"))`). The path leads along foreign keys only.
    ///
    /// ```
    /// use nuages::auth::User;
    /// use nuages::models::{Condition, Model as _, Query};
    /// use nuages::schema::auth_user as user;
    ///
    /// /// The users with the last name of this user.
    /// fn relatives(me: &User) -> Query {
    ///     let mine = Query::new(User::meta()).filter(Condition::new(user::id, me.id));
    ///     let same_name = Condition::in_rows(user::last_name, mine, user::last_name);
    ///     Query::new(User::meta()).filter(same_name)
    /// }
    /// ```
    pub fn in_rows<T, C: Column>(path: impl IntoPath<T>, rows: Query, _column: C) -> Self {
        Self::Among {
            path: path.into_path(),
            rows: Box::new(rows.by_key(C::NAME)),
        }
    }

    /// Like [`equals`](Self::equals), with one of Diesel's columns:
    /// `Condition::new(product::is_active, true)`.
    pub fn new<T>(path: impl IntoPath<T>, value: impl Into<Value>) -> Self {
        Self::equals(path.into_path(), value)
    }
}
