//! A way to a column: of the model itself, or of one that it leads to.

use std::marker::PhantomData;

use diesel::query_source::{Column, JoinTo};

use super::ManyToMany;
use super::meta::Order;
use super::tuples::tuples;
use crate::db::Value;

/// One step from a model to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Along the foreign key in this column.
    Forward(&'static str),
    /// Along the many-to-many field of this name.
    Many(&'static str),
    /// Back along the foreign key in column `.1` of the model called `app.name`, `.0`.
    Reverse((&'static str, &'static str), &'static str),
    /// Back along the many-to-many field `.1` of the model called `app.name`, `.0`.
    ReverseMany((&'static str, &'static str), &'static str),
}

/// A column, and the steps to the model that has it. An empty column name stands for the primary key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnPath {
    /// The steps, first one first.
    pub steps: Vec<Step>,
    /// The column.
    pub column: &'static str,
}

impl ColumnPath {
    /// A column of the model itself.
    pub fn own(column: &'static str) -> Self {
        Self {
            steps: Vec::new(),
            column,
        }
    }

    /// The same column, seen from a model one step before.
    #[must_use]
    pub fn behind(&self, step: Step) -> Self {
        let mut steps = vec![step];
        steps.extend(&self.steps);
        Self {
            steps,
            column: self.column,
        }
    }

    /// Whether one row may have many values there.
    pub fn is_to_many(&self) -> bool {
        self.steps
            .iter()
            .any(|step| !matches!(step, Step::Forward(_)))
    }
}

/// What names a column of the model whose table is `T`, or leads to one from there.
pub trait IntoPath<T> {
    /// The way.
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

/// The foreign key `key`, followed to `column`: `via(product::category_id, category::name)`. It compiles where the
/// two tables are `joinable!`.
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

/// A foreign key from a table to itself, followed to `column`: `via_self(category::parent_id, category::name)`.
///
/// Diesel joins a table to itself only through aliases, so [`via`] cannot know these.
pub fn via_self<F: Column>(_key: F, column: impl IntoPath<F::Table>) -> Via<F::Table> {
    Via(
        column.into_path().behind(Step::Forward(F::NAME)),
        PhantomData,
    )
}

impl<T> IntoPath<T> for ManyToMany<T> {
    /// The link to the other model, by its primary key.
    fn into_path(self) -> ColumnPath {
        ColumnPath {
            steps: vec![Step::Many(self.name)],
            column: "",
        }
    }
}

/// A tuple of which each member has a value.
pub trait Shape {
    /// The values: `[Value; 2]` for a pair.
    type Values: 'static;

    /// `values` as such; none, if these are not as many.
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
    /// A tuple of ways from the model whose table is `T`.
    Paths(Shape)::into_paths(IntoPath::into_path) -> ColumnPath
}

impl<T> Paths<T> for () {
    fn into_paths(self) -> Vec<ColumnPath> {
        Vec::new()
    }
}

/// Largest first: `desc(order::created_at)`.
pub fn desc<T, P: IntoPath<T>>(path: P) -> Descending<T> {
    Descending(path.into_path(), PhantomData)
}

/// See [`desc`].
#[derive(Debug, Clone)]
pub struct Descending<T>(ColumnPath, PhantomData<T>);

/// One key of an ordering.
pub trait IntoOrder<T> {
    /// The key.
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
    /// A tuple of keys, most important first.
    Ordering::into_ordering(IntoOrder::into_order) -> Order
}
