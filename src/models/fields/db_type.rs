//! [`DbType`]: the type of a column on both databases, as Django names it.

use crate::db::Kind;

/// The type of a column on both databases (Django's `Field.db_type`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbType {
    /// The type on SQLite: `varchar(50)`, `datetime`.
    pub sqlite: String,
    /// The type on PostgreSQL: `varchar(50)`, `timestamp with time zone`.
    pub postgres: String,
}

/// A condition that each value of a kind must meet, which Django writes as a `CHECK` beside the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbCheck {
    /// The number is not negative.
    NotNegative,
    /// The text is JSON (only on SQLite).
    Json,
}

impl DbType {
    /// A type with different names.
    pub fn new(sqlite: &str, postgres: &str) -> Self {
        Self {
            sqlite: sqlite.to_owned(),
            postgres: postgres.to_owned(),
        }
    }

    /// A type that both databases call by the same name.
    pub fn both(name: &str) -> Self {
        Self::new(name, name)
    }

    /// A text of at most this many characters.
    pub(super) fn varchar(most: usize) -> Self {
        Self::both(&format!("varchar({most})"))
    }

    /// An integer of a column of this type.
    pub(in crate::models) fn integer(sql: Kind) -> Self {
        Self::both(integer_name(sql))
    }

    /// An integer that is not negative: `integer unsigned` on SQLite.
    pub(super) fn unsigned(sql: Kind) -> Self {
        let name = integer_name(sql);
        Self::new(&format!("{name} unsigned"), name)
    }

    /// An automatic primary key: SQLite calls each size `integer`.
    pub(super) fn auto(sql: Kind) -> Self {
        Self::new("integer", integer_name(sql))
    }
}

fn integer_name(sql: Kind) -> &'static str {
    match sql {
        Kind::SmallInt => "smallint",
        Kind::Integer => "integer",
        _ => "bigint",
    }
}

impl DbCheck {
    /// Returns the condition for the column with this quoted name, or `None` if the database does not need it.
    pub fn sql(self, column: &str, is_postgres: bool) -> Option<String> {
        match self {
            Self::NotNegative => Some(format!("{column} >= 0")),
            Self::Json if is_postgres => None,
            Self::Json => Some(format!("(JSON_VALID({column}) OR {column} IS NULL)")),
        }
    }
}
