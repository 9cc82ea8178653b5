//! Columns of a list.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::db::Value;
use crate::models::{ColumnPath, Formula, IntoOrder, IntoPath, Order, Paths, Via, tuples};

/// What a computed column shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text; empty is shown as the site's empty value.
    Text(String),
    /// A value, shown as a field's would be.
    Value(Value),
    /// Yes, no or unknown, as an icon.
    Boolean(Option<bool>),
    /// A text that leads somewhere.
    Link {
        /// What people read.
        text: String,
        /// Where it leads.
        url: String,
    },
    /// A text, and beside it a link.
    TextAndLink {
        /// What people read.
        text: String,
        /// What people read on the link.
        link: String,
        /// Where it leads.
        url: String,
    },
}

impl Default for Cell {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

/// A column of a list.
#[derive(Debug, Clone)]
pub enum ListColumn {
    /// A field, or one of a model that it leads to. A foreign key shows what the row at its end is called.
    Field(ColumnPath),
    /// Computed from a row.
    Computed {
        /// What URLs and CSS call it.
        name: &'static str,
        /// The column's head.
        description: String,
        /// The columns it is computed from.
        paths: Vec<ColumnPath>,
        /// Gets their values, in order.
        compute: Formula<Cell>,
        /// What the list is ordered by when its head is clicked.
        ordering: Option<Order>,
    },
}

/// What can stand in `list_display`.
pub trait IntoColumn<T> {
    /// The column.
    fn into_column(self) -> ListColumn;
}

impl<C: Column> IntoColumn<C::Table> for C {
    fn into_column(self) -> ListColumn {
        ListColumn::Field(self.into_path())
    }
}

impl<T> IntoColumn<T> for Via<T> {
    fn into_column(self) -> ListColumn {
        ListColumn::Field(self.into_path())
    }
}

/// See [`computed`].
#[derive(Debug, Clone)]
pub struct Computed<T>(ListColumn, PhantomData<T>);

/// A column `name` computed from others: `computed("margin", (product::price, product::cost), |[price, cost]| …)`.
pub fn computed<T, P: Paths<T>>(
    name: &'static str,
    paths: P,
    compute: fn(&P::Values) -> Cell,
) -> Computed<T> {
    let description = name.replace('_', " ");
    Computed(
        ListColumn::Computed {
            name,
            description,
            paths: paths.into_paths(),
            compute: Formula::of::<P>(compute),
            ordering: None,
        },
        PhantomData,
    )
}

impl<T> Computed<T> {
    /// The column's head.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        if let ListColumn::Computed { description, .. } = &mut self.0 {
            text.clone_into(description);
        }
        self
    }

    /// What the list is ordered by when the head is clicked.
    #[must_use]
    pub fn ordering(mut self, key: impl IntoOrder<T>) -> Self {
        if let ListColumn::Computed { ordering, .. } = &mut self.0 {
            *ordering = Some(key.into_order());
        }
        self
    }
}

impl<T> IntoColumn<T> for Computed<T> {
    fn into_column(self) -> ListColumn {
        self.0
    }
}

tuples! {
    /// A tuple of columns, in order.
    ListColumns::into_columns(IntoColumn::into_column) -> ListColumn
}
