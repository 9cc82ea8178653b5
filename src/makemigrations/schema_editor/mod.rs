//! Writes the statements of operations as Django's schema editors do
//! (`django/db/backends/{base,sqlite3,postgresql}/schema.py`).
//!
//! Some statements wait until the end of a migration (Django's `deferred_sql`): indexes and, on
//! PostgreSQL, foreign keys, so that tables may refer to each other.

mod constraints;
mod postgres;
mod roles;
mod search_index;
mod sqlite;

use std::fmt::Write as _;

use super::names::constraint_name;
use super::state::{ColumnState, PerDatabase, TableChange, TableState};
use constraints::{create_constraint, create_index, inline_constraint};
use postgres::create_foreign_key;

pub(super) use roles::{NamedBy, name_at_creation, name_of};

/// The database that the statements are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Collects the statements of one migration.
#[derive(Debug)]
pub(super) struct SchemaEditor {
    vendor: Vendor,
    /// The statements, each without a semicolon at its end.
    statements: Vec<String>,
    /// The statements that wait until the end.
    deferred: Vec<Deferred>,
}

/// A statement that waits until the end of the migration.
#[derive(Debug)]
struct Deferred {
    table: String,
    sql: String,
}

/// A changed column: how it was, how it will be, and the value that replaces NULL.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alteration<'a> {
    pub(super) old: &'a ColumnState,
    pub(super) new: &'a ColumnState,
    pub(super) default: Option<&'a PerDatabase>,
}

impl PerDatabase {
    /// Returns the text for this database; `None` if the database has none.
    pub(super) fn on(&self, vendor: Vendor) -> Option<&str> {
        let text = match vendor {
            Vendor::Sqlite => self.sqlite(),
            Vendor::Postgres => self.postgres(),
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

impl SchemaEditor {
    pub(super) fn new(vendor: Vendor) -> Self {
        Self {
            vendor,
            statements: Vec::new(),
            deferred: Vec::new(),
        }
    }

    /// Returns the statements since the last call.
    pub(super) fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.statements)
    }

    /// Returns the statements that waited until the end.
    pub(super) fn finish(mut self) -> Vec<String> {
        self.run_deferred();
        self.statements
    }

    fn execute(&mut self, sql: impl Into<String>) {
        self.statements.push(sql.into());
    }

    fn defer(&mut self, table: &str, sql: String) {
        self.deferred.push(Deferred {
            table: table.to_owned(),
            sql,
        });
    }

    fn run_deferred(&mut self) {
        let deferred = std::mem::take(&mut self.deferred);
        self.statements
            .extend(deferred.into_iter().map(|waiting| waiting.sql));
    }

    fn is_postgres(&self) -> bool {
        self.vendor == Vendor::Postgres
    }

    /// Creates a table, with its indexes and constraints at the end of the migration.
    pub(super) fn create_table(&mut self, table: &TableState) {
        self.create_table_as(table, &table.table);
        for statement in self.create_search_index(table) {
            self.defer(&table.table, statement);
        }
    }

    /// Creates a table under the name `name`; its indexes are for the table's own name.
    fn create_table_as(&mut self, table: &TableState, name: &str) {
        for columns in &table.unique_together {
            let sql = self.create_unique_together(table, columns);
            self.defer(&table.table, sql);
        }

        let mut parts = Vec::new();
        for column in &table.columns {
            parts.push(self.column_of_new_table(table, column));
        }
        for constraint in &table.constraints {
            if let Some(part) = inline_constraint(constraint) {
                parts.push(part);
            } else {
                self.defer(&table.table, create_constraint(table, constraint));
            }
        }
        self.execute(format!(
            "CREATE TABLE {} ({})",
            quote(name),
            parts.join(", ")
        ));

        for column in &table.columns {
            self.defer_indexes_of_column(table, column);
        }
        for index in &table.indexes {
            let sql = create_index(&table.table, index);
            self.defer(&table.table, sql);
        }
    }

    /// Returns a column with its type, conditions and references, and defers its foreign key on
    /// PostgreSQL.
    fn column_of_new_table(&mut self, table: &TableState, column: &ColumnState) -> String {
        let mut sql = format!(
            "{} {}{}",
            quote(&column.column),
            self.column_definition(column, None),
            self.check_and_auto(column)
        );
        if let Some(reference) = column.foreign_key() {
            if self.is_postgres() {
                let constraint = create_foreign_key(table, column);
                self.defer(&table.table, constraint);
            } else {
                sql.push(' ');
                sql.push_str(&sqlite::references(reference));
            }
        }
        sql
    }

    /// Returns the type, default, NULL and uniqueness of a column (Django's `column_sql`), with a
    /// default for the rows that exist already.
    fn column_definition(&self, column: &ColumnState, default: Option<&str>) -> String {
        let mut parts = vec![
            column
                .db_type
                .on(self.vendor)
                .unwrap_or_default()
                .to_owned(),
        ];
        let of_database = column
            .db_default
            .as_ref()
            .and_then(|default| default.on(self.vendor));
        if let Some(default) = of_database.or(default) {
            parts.push(format!("DEFAULT {default}"));
        }
        if let Some(generated) = &column.generated {
            let expression = generated.expression.on(self.vendor).unwrap_or_default();
            // PostgreSQL knows only stored columns before version 18.
            let persistency = if generated.stored || self.is_postgres() {
                "STORED"
            } else {
                "VIRTUAL"
            };
            parts.push(format!("GENERATED ALWAYS AS ({expression}) {persistency}"));
        } else if column.null {
            parts.push("NULL".to_owned());
        } else {
            parts.push("NOT NULL".to_owned());
        }
        if column.primary_key {
            parts.push("PRIMARY KEY".to_owned());
        } else if column.unique {
            parts.push("UNIQUE".to_owned());
        }
        parts.join(" ")
    }

    /// Returns the condition of a column and the word that makes its values automatic, each with a
    /// space before it.
    fn check_and_auto(&self, column: &ColumnState) -> String {
        let mut sql = String::new();
        if let Some(check) = self.check_of(column) {
            let _ = write!(sql, " CHECK ({check})");
        }
        if column.auto {
            sql.push_str(match self.vendor {
                Vendor::Sqlite => " AUTOINCREMENT",
                Vendor::Postgres => " GENERATED BY DEFAULT AS IDENTITY",
            });
        }
        sql
    }

    /// Returns the condition that the database checks for each value of a column.
    fn check_of(&self, column: &ColumnState) -> Option<String> {
        let check = column.check.as_ref()?.on(self.vendor)?;
        Some(check.replace("{column}", &quote(&column.column)))
    }

    /// Defers the indexes of a single column (Django's `_field_indexes_sql`).
    fn defer_indexes_of_column(&mut self, table: &TableState, column: &ColumnState) {
        if column.has_plain_index() {
            let sql = self.create_plain_index(table, column);
            self.defer(&table.table, sql);
        }
        if let Some(sql) = self.create_like_index(table, column) {
            self.defer(&table.table, sql);
        }
    }

    fn create_plain_index(&self, table: &TableState, column: &ColumnState) -> String {
        let name = constraint_name(&table.table, &[&column.column], "", self.is_postgres());
        format!(
            "CREATE INDEX {} ON {} ({})",
            quote(&name),
            quote(&table.table),
            quote(&column.column)
        )
    }

    /// Drops a table and forgets what waited for it.
    pub(super) fn delete_table(&mut self, table: &TableState) {
        for statement in self.drop_search_table(table) {
            self.execute(statement);
        }
        let cascade = if self.is_postgres() { " CASCADE" } else { "" };
        self.execute(format!("DROP TABLE {}{cascade}", quote(&table.table)));
        self.forget(&table.table);
    }

    fn forget(&mut self, table: &str) {
        self.deferred.retain(|waiting| waiting.table != table);
    }

    /// Renames a table.
    pub(super) fn rename_table(&mut self, old: &str, new: &str) {
        if old != new {
            self.execute(format!(
                "ALTER TABLE {} RENAME TO {}",
                quote(old),
                quote(new)
            ));
        }
    }

    /// Renames a column, where nothing else about it changes.
    pub(super) fn rename_column(&mut self, table: &str, old: &str, new: &str) {
        self.execute(format!(
            "ALTER TABLE {} RENAME COLUMN {} TO {}",
            quote(table),
            quote(old),
            quote(new)
        ));
    }

    /// Lets the foreign keys of a table follow a table that was renamed. SQLite does that itself.
    pub(super) fn follow_renamed_table(&mut self, change: &TableChange, to_table: &str) {
        if !self.is_postgres() {
            return;
        }
        for column in &change.after.columns {
            let refers = column
                .foreign_key()
                .is_some_and(|reference| reference.table == to_table);
            if refers && let Some(old) = change.before.field(&column.name) {
                self.recreate_foreign_key(change, old, column);
            }
        }
    }

    /// Gives a link table the names that follow from its field and its models.
    pub(super) fn rename_link(&mut self, link: &TableChange) {
        match self.vendor {
            Vendor::Sqlite => self.rename_link_on_sqlite(link),
            Vendor::Postgres => {
                self.rename_table(&link.before.table, &link.after.table);
                for (old, new) in link.before.columns.iter().zip(&link.after.columns) {
                    if old.column != new.column {
                        self.recreate_foreign_key(link, old, new);
                    }
                }
            }
        }
    }

    /// Runs statements as they are.
    pub(super) fn run_sql(&mut self, statements: &[String]) {
        self.statements.extend(statements.iter().cloned());
    }

    /// Adds a column to `before`; `after` is the table with the column.
    pub(super) fn add_column(
        &mut self,
        before: &TableState,
        after: &TableState,
        column: &ColumnState,
        default: Option<&PerDatabase>,
    ) {
        let default = default.and_then(|default| default.on(self.vendor));
        match self.vendor {
            Vendor::Sqlite => self.add_column_on_sqlite(before, after, column, default),
            Vendor::Postgres => self.add_column_on_postgres(after, column, default),
        }
    }

    /// Removes a column; `after` is the table without the column.
    pub(super) fn remove_column(
        &mut self,
        before: &TableState,
        after: &TableState,
        column: &ColumnState,
    ) {
        match self.vendor {
            Vendor::Sqlite => self.remove_column_on_sqlite(before, after, column),
            Vendor::Postgres => self.remove_column_on_postgres(before, column),
        }
    }

    /// Changes a column.
    pub(super) fn alter_column(
        &mut self,
        before: &TableState,
        after: &TableState,
        alteration: Alteration<'_>,
        others: &[TableState],
    ) {
        match self.vendor {
            Vendor::Sqlite => self.alter_column_on_sqlite(before, after, alteration, others),
            Vendor::Postgres => self.alter_column_on_postgres(before, after, alteration, others),
        }
    }
}

/// Returns a name in double quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn quoted_list(columns: &[String]) -> String {
    let quoted: Vec<String> = columns.iter().map(|column| quote(column)).collect();
    quoted.join(", ")
}
