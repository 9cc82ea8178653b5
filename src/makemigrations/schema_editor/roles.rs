//! The names of indexes and constraints that nobody chose: Django's or PostgreSQL's own.

use crate::makemigrations::names::{constraint_name, foreign_key_name, postgres_own_name};
use crate::makemigrations::state::TableState;

/// An index or a constraint, named after what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::makemigrations) enum NamedBy<'a> {
    /// The foreign key of a column.
    ForeignKey(&'a str),
    /// The uniqueness of a column.
    Unique(&'a str),
    /// The index of a column.
    Index(&'a str),
    /// The index of a text column for `LIKE`.
    Like(&'a str),
    /// The condition of a column.
    Check(&'a str),
    /// The primary key.
    PrimaryKey,
    /// Columns that are unique together.
    UniqueTogether(&'a [String]),
}

impl NamedBy<'_> {
    /// Returns the key in [`TableState::kept_names`].
    pub(in crate::makemigrations) fn role(self) -> String {
        match self {
            Self::ForeignKey(column) => format!("foreign_key:{column}"),
            Self::Unique(column) => format!("unique:{column}"),
            Self::Index(column) => format!("index:{column}"),
            Self::Like(column) => format!("like:{column}"),
            Self::Check(column) => format!("check:{column}"),
            Self::PrimaryKey => "primary_key".to_owned(),
            Self::UniqueTogether(columns) => format!("unique_together:{}", columns.join(",")),
        }
    }
}

/// Returns the name that an index or a constraint has on PostgreSQL: the one it kept when the table or
/// a column was renamed, else the one that it got when it was created.
pub(in crate::makemigrations) fn name_of(table: &TableState, named: NamedBy<'_>) -> String {
    table
        .kept_names
        .get(&named.role())
        .cloned()
        .unwrap_or_else(|| name_at_creation(table, named))
}

/// Returns the name that an index or a constraint gets together with its table or its column.
pub(in crate::makemigrations) fn name_at_creation(
    table: &TableState,
    named: NamedBy<'_>,
) -> String {
    let name = &table.table;
    match named {
        NamedBy::ForeignKey(column) => {
            let reference = table
                .column(column)
                .and_then(|column| column.references.as_ref());
            let (to_table, to_column) = reference.map_or(("", ""), |reference| {
                (reference.table.as_str(), reference.column.as_str())
            });
            foreign_key_name(name, column, to_table, to_column)
        }
        NamedBy::Unique(column) => postgres_own_name(name, column, "key"),
        NamedBy::Index(column) => constraint_name(name, &[column], "", true),
        NamedBy::Like(column) => constraint_name(name, &[column], "_like", true),
        NamedBy::Check(column) => postgres_own_name(name, column, "check"),
        NamedBy::PrimaryKey => postgres_own_name(name, "", "pkey"),
        NamedBy::UniqueTogether(columns) => {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            constraint_name(name, &columns, "_uniq", true)
        }
    }
}
