//! Paths to a column of the model itself, or of a related model.

use std::marker::PhantomData;

use diesel::query_source::{Column, JoinTo};

use super::ManyToMany;
use super::meta::Order;
use super::tuples::tuples;
use crate::db::Value;

/// One step from a model to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Follows the foreign key in this column.
    Forward(&'static str),
    /// Follows the many-to-many field of this name.
    Many(&'static str),
    /// Follows the foreign key in column `.1` of the model `app.name` (`.0`) backwards.
    Reverse((&'static str, &'static str), &'static str),
    /// Follows the many-to-many field `.1` of the model `app.name` (`.0`) backwards.
    ReverseMany((&'static str, &'static str), &'static str),
    /// Aggregates the rows that refer to the row. This is the last step.
    Aggregate(AggregationId),
}

/// The number of an aggregation that was declared with `count` or a similar function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AggregationId(pub(super) usize);

/// A column, and the steps to its model. An empty column name means the primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnPath {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The column.
    pub column: &'static str,
}

impl ColumnPath {
    /// Creates the path to a column of the model itself.
    pub fn own(column: &'static str) -> Self {
        Self {
            steps: Vec::new(),
            column,
        }
    }

    /// Returns the path to the same column from a model one step before.
    #[must_use]
    pub fn behind(&self, step: Step) -> Self {
        let mut steps = vec![step];
        steps.extend(&self.steps);
        Self {
            steps,
            column: self.column,
        }
    }

    /// Whether one row may have many values at this path.
    pub fn is_to_many(&self) -> bool {
        self.steps
            .iter()
            .any(|step| !matches!(step, Step::Forward(_)))
    }
}

/// A type that refers to a column of the model with the table `T`, or of a related model.
pub trait IntoPath<T> {
    /// Returns the path.
    fn into_path(self) -> ColumnPath;
}

impl<C: Column> IntoPath<C::Table> for C {
    fn into_path(self) -> ColumnPath {
        ColumnPath::own(C::NAME)
    }
}

/// See [`via`].
#[derive(Debug, Clone)]
pub struct Via<T>(ColumnPath, PhantomData<T>);

impl<T> IntoPath<T> for Via<T> {
    fn into_path(self) -> ColumnPath {
        self.0
    }
}

/// Follows the foreign key `key` to `column`: `via(product::category_id, category::name)`. It
/// compiles if the two tables are `joinable!`.
pub fn via<F, U>(_key: F, column: impl IntoPath<U>) -> Via<F::Table>
where
    F: Column,
    F::Table: JoinTo<U>,
{
    Via(
        column.into_path().behind(Step::Forward(F::NAME)),
        PhantomData,
    )
}

/// Follows a foreign key from a table to itself, to `column`: `via_self(category::parent_id,
/// category::name)`.
///
/// Diesel joins a table to itself only through aliases, so [`via`] does not support such keys.
pub fn via_self<F: Column>(_key: F, column: impl IntoPath<F::Table>) -> Via<F::Table> {
    Via(
        column.into_path().behind(Step::Forward(F::NAME)),
        PhantomData,
    )
}

impl<T> IntoPath<T> for ManyToMany<T> {
    /// The path to the linked rows, by their primary key.
    fn into_path(self) -> ColumnPath {
        ColumnPath {
            steps: vec![Step::Many(self.name)],
            column: "",
        }
    }
}

/// A tuple with one value for each member.
pub trait Shape {
    /// The values: `[Value; 2]` for a pair.
    type Values: 'static;

    /// Returns `values` as an array; `None` if their number is wrong.
    fn shaped(values: &[Value]) -> Option<&Self::Values>;
}

macro_rules! shapes {
    () => {};
    ($first:ident $($rest:ident)*) => {
        impl<$first, $($rest),*> Shape for ($first, $($rest,)*) {
            type Values = [Value; [stringify!($first), $(stringify!($rest)),*].len()];

            fn shaped(values: &[Value]) -> Option<&Self::Values> {
                values.try_into().ok()
            }
        }
        shapes! { $($rest)* }
    };
}
shapes! { A B C D E F G H I J K L M N O P }

impl Shape for () {
    type Values = [Value; 0];

    fn shaped(values: &[Value]) -> Option<&Self::Values> {
        values.try_into().ok()
    }
}

tuples! {
    /// A tuple of paths from the model with the table `T`.
    Paths(Shape)::into_paths(IntoPath::into_path) -> ColumnPath
}

impl<T> Paths<T> for () {
    fn into_paths(self) -> Vec<ColumnPath> {
        Vec::new()
    }
}

/// Sorts by `path` in descending order: `desc(order::created_at)`.
pub fn desc<T, P: IntoPath<T>>(path: P) -> Descending<T> {
    Descending(path.into_path(), PhantomData)
}

/// See [`desc`].
#[derive(Debug, Clone)]
pub struct Descending<T>(ColumnPath, PhantomData<T>);

/// One key of an ordering.
pub trait IntoOrder<T> {
    /// Returns the key.
    fn into_order(self) -> Order;
}

impl<T> IntoOrder<T> for Descending<T> {
    fn into_order(self) -> Order {
        Order {
            path: self.0,
            descending: true,
        }
    }
}

impl<C: Column> IntoOrder<C::Table> for C {
    fn into_order(self) -> Order {
        Order {
            path: self.into_path(),
            descending: false,
        }
    }
}

impl<T> IntoOrder<T> for Via<T> {
    fn into_order(self) -> Order {
        Order {
            path: self.0,
            descending: false,
        }
    }
}

tuples! {
    /// A tuple of sort keys, most important first.
    Ordering::into_ordering(IntoOrder::into_order) -> Order
}
