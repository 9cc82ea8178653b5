//! The option of a model for searching inside of texts by an index.

use super::{Description, Finding, Meta, Model, Paths};
use crate::db::{Kind, search_index_name};

/// An index for searching inside of texts: on SQLite a table of FTS5 that triggers keep, and on PostgreSQL a GIN index
/// with the operator class of `pg_trgm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchIndex {
    /// The columns.
    pub columns: Vec<&'static str>,
    /// The name in the database.
    pub name: String,
    /// Whether the app's migrations create the index.
    pub managed: bool,
}

impl SearchIndex {
    /// Says that another app's migration creates the index, and not one of the model's app. Searches use it if it exists.
    #[must_use]
    pub fn unmanaged(mut self) -> Self {
        self.managed = false;
        self
    }

    /// Returns an error for each reason why the index cannot be created.
    pub(super) fn check(&self, model: &Meta, found: &mut Vec<Finding>) {
        let mut add = |text: String| {
            let place = model.object_label();
            found.push(Finding::new("nuages.E013", place, "search_index", text));
        };
        let key = model.pk();
        if !matches!(key.sql, Kind::SmallInt | Kind::Integer | Kind::BigInt) {
            add(format!(
                "the primary key {} is not a whole number, and an index of SQLite finds rows by such a key only. Remove the \
                 option, or give the model an `id`.",
                key.name
            ));
        }
        for column in &self.columns {
            let field = model.column(column);
            if !field.is_some_and(|field| field.sql == Kind::Text) {
                add(format!(
                    "{column} is not a text. Name columns with texts only."
                ));
            }
        }
    }
}

impl<M: Model> Description<M> {
    /// Declares an index for searching inside of the texts of these columns: `.search_index((post::title,
    /// post::body))`. A search for at least three characters then reads the rows that match instead of the whole
    /// table.
    #[must_use]
    pub fn search_index(self, columns: impl Paths<M::Table>) -> Self {
        self.search_index_with(columns, |index| index)
    }

    /// Declares an index for searching that [another app's migration](SearchIndex::unmanaged) creates.
    #[must_use]
    pub fn search_index_with(
        mut self,
        columns: impl Paths<M::Table>,
        say: impl FnOnce(SearchIndex) -> SearchIndex,
    ) -> Self {
        let columns = columns.into_paths().into_iter().map(|path| path.column);
        self.search_index = Some(say(SearchIndex {
            columns: columns.collect(),
            name: search_index_name(&self.table),
            managed: true,
        }));
        self
    }
}
