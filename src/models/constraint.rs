//! Indexes and constraints of a table, and values that the database computes.

use crate::db::Value;

/// A column of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexColumn {
    /// The column.
    pub column: &'static str,
    /// Whether the index begins with the largest value.
    pub descending: bool,
}

/// An index (Django's `Index`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The name in the database. The default is Django's, made of the table, the columns and a
    /// hash.
    pub name: Option<&'static str>,
    /// The columns, in their order.
    pub columns: Vec<IndexColumn>,
    /// The rows that the index contains, as SQL that is valid on both databases: `status =
    /// 'live'`. The default is all rows.
    pub condition: Option<&'static str>,
    /// Whether the app's migrations create the index.
    pub managed: bool,
}

impl Index {
    /// Says that the index exists, and that the app's migrations do not create it: another app or an
    /// administrator of the database did. Lists rely on it, and `makemigrations` ignores it.
    #[must_use]
    pub fn unmanaged(mut self) -> Self {
        self.managed = false;
        self
    }

    /// Sets the name in the database.
    #[must_use]
    pub fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// Limits the index to the rows for which this SQL is true. The SQL must be valid on both
    /// databases.
    #[must_use]
    pub fn condition(mut self, sql: &'static str) -> Self {
        self.condition = Some(sql);
        self
    }

    /// Whether the smallest or largest value of `column` is at the beginning of the index.
    pub fn begins_with(&self, column: &str) -> bool {
        self.columns
            .first()
            .is_some_and(|first| first.column == column)
    }

    /// Whether the index contains all rows.
    pub fn is_complete(&self) -> bool {
        self.condition.is_none()
    }
}

/// Columns whose combination is unique (Django's `UniqueConstraint`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueConstraint {
    /// The name in the database.
    pub name: &'static str,
    /// The columns.
    pub columns: Vec<&'static str>,
    /// The rows that the constraint concerns, as SQL that is valid on both databases: `status =
    /// 'live'`. The default is all rows.
    pub condition: Option<&'static str>,
    /// The error in forms. The default is Django's text.
    pub message: Option<&'static str>,
}

impl UniqueConstraint {
    /// Limits the constraint to the rows for which this SQL is true. The SQL must be valid on both
    /// databases, and name columns without their table.
    #[must_use]
    pub fn condition(mut self, sql: &'static str) -> Self {
        self.condition = Some(sql);
        self
    }

    /// Sets the error in forms (Django's `violation_error_message`).
    #[must_use]
    pub fn message(mut self, text: &'static str) -> Self {
        self.message = Some(text);
        self
    }
}

/// A rule that each row must satisfy (Django's `CheckConstraint`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckConstraint {
    /// The name in the database.
    pub name: &'static str,
    /// The rule, as SQL that is valid on both databases: `price > 0`.
    pub check: &'static str,
    /// The error in forms. The default is Django's text.
    pub message: Option<&'static str>,
}

impl CheckConstraint {
    /// Creates the constraint called `name` with the rule `check`, which is SQL that is valid on
    /// both databases.
    pub fn new(name: &'static str, check: &'static str) -> Self {
        Self {
            name,
            check,
            message: None,
        }
    }

    /// Sets the error in forms (Django's `violation_error_message`).
    #[must_use]
    pub fn message(mut self, text: &'static str) -> Self {
        self.message = Some(text);
        self
    }
}

/// The default that the database writes into a new row (Django's `db_default`).
#[derive(Debug, Clone, Copy)]
pub enum DbDefault {
    /// A value.
    Value(fn() -> Value),
    /// The current time.
    Now,
    /// An expression.
    Sql {
        /// The expression on SQLite.
        sqlite: &'static str,
        /// The expression on PostgreSQL.
        postgres: &'static str,
    },
}

/// The expression of a column that the database computes (Django's `GeneratedField`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratedColumn {
    /// The expression on SQLite.
    pub sqlite: &'static str,
    /// The expression on PostgreSQL.
    pub postgres: &'static str,
    /// Whether the database stores the value, or computes it when a row is read (Django's
    /// `db_persist`). PostgreSQL before version 18 can only store it.
    pub stored: bool,
}
