//! Columns of a list.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{
    Aggregate, ColumnPath, Formula, IntoOrder, IntoPath, Order, Paths, Record, Via, tuples,
};

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
    /// A read-only value that is loaded for the row of a form.
    Loaded {
        /// The name in CSS.
        name: &'static str,
        /// The label.
        description: String,
        /// Loads the content.
        load: Load,
    },
}

impl ListColumn {
    /// Whether this is the column of a field: `column.is(product::price)`.
    pub fn is<T>(&self, path: impl IntoPath<T>) -> bool {
        matches!(self, Self::Field(own) if *own == path.into_path())
    }

    /// Returns the name of the column in URLs and CSS.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Field(path) => path.column,
            Self::Computed { name, .. } | Self::Loaded { name, .. } => name,
        }
    }
}

/// Loads the content of a read-only value of a row.
pub type Load = fn(&mut Conn, &Record) -> Result<Cell>;

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

/// Creates a column `name` with an aggregate of the rows that refer to the row, by which the list can be sorted:
/// `annotate("comments", count(comment::post_id))`. See [`count`](crate::models::count).
///
/// The list needs no further query: the aggregate is part of the statement that reads the page.
pub fn annotate<T>(name: &'static str, aggregate: Aggregate<T>) -> Computed<T> {
    let path = aggregate.into_path();
    Computed(
        ListColumn::Computed {
            name,
            description: name.replace('_', " "),
            paths: vec![path.clone()],
            compute: Formula::new::<(Aggregate<T>,)>(|[value]| Cell::Value(value.clone())),
            ordering: Some(Order {
                path,
                descending: false,
            }),
        },
        PhantomData,
    )
}

/// Creates a read-only value `name` of a form that `load` makes of the row and the database, as a method of a `ModelAdmin`
/// in Django's `readonly_fields`. Use it in `ModelAdmin::readonly_computed`; a list cannot show it.
///
/// ```
/// use nuages::admin::options::{Cell, loaded};
/// use nuages::prelude::*;
/// use nuages::schema::{auth_user_groups, auth_user as user};
///
/// fn register(site: AdminSite) -> AdminSite {
///     site.register::<User>(|admin| {
///         admin.readonly_computed((loaded::<user::table>("number_of_groups", |conn, _user| {
///             let count: i64 = auth_user_groups::table.count().get_result(conn)?;
///             Ok(Cell::Text(count.to_string()))
///         }),))
///     })
/// }
/// ```
pub fn loaded<T>(name: &'static str, load: Load) -> Computed<T> {
    let description = name.replace('_', " ");
    Computed(
        ListColumn::Loaded {
            name,
            description,
            load,
        },
        PhantomData,
    )
}

impl<T> Computed<T> {
    /// Sets the heading of the column.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        if let ListColumn::Computed { description, .. } | ListColumn::Loaded { description, .. } =
            &mut self.0
        {
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
