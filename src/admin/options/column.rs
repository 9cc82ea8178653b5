//! Columns of a list.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::db::Value;
use crate::models::{ColumnPath, Formula, IntoOrder, IntoPath, Order, Paths, Via, tuples};

/// The content of a computed column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text; an empty text is shown as the site's empty value.
    Text(String),
    /// A value, shown like the value of a field.
    Value(Value),
    /// Yes, no or unknown, shown as an icon.
    Boolean(Option<bool>),
    /// A link.
    Link {
        /// The text of the link.
        text: String,
        /// The target of the link.
        url: String,
    },
    /// A text with a link beside it.
    TextAndLink {
        /// The text.
        text: String,
        /// The text of the link.
        link: String,
        /// The target of the link.
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
    /// A field of the model or of a related model. A foreign key shows the display name of the
    /// referenced row.
    Field(ColumnPath),
    /// A column computed from a row.
    Computed {
        /// The name in URLs and CSS.
        name: &'static str,
        /// The heading of the column.
        description: String,
        /// The columns it is computed from.
        paths: Vec<ColumnPath>,
        /// Computes the content from the values, in order.
        compute: Formula<Cell>,
        /// The order if the user clicks on the heading.
        ordering: Option<Order>,
    },
}

/// A type that can be used in `list_display`.
pub trait IntoColumn<T> {
    /// Returns the column.
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

/// Creates a column `name` computed from others: `computed("margin", (product::price,
/// product::cost), |[price, cost]| …)`.
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
            compute: Formula::new::<P>(compute),
            ordering: None,
        },
        PhantomData,
    )
}

impl<T> Computed<T> {
    /// Sets the heading of the column.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        if let ListColumn::Computed { description, .. } = &mut self.0 {
            text.clone_into(description);
        }
        self
    }

    /// Sets the order that is used if the user clicks on the heading.
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
