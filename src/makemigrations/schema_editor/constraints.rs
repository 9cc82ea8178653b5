//! Indexes and constraints of more than one column, or with a name of their own.

use super::roles::{NamedBy, name_of};
use super::{SchemaEditor, Vendor, quote, quoted_list};
use crate::makemigrations::names::constraint_name;
use crate::makemigrations::state::{ConstraintState, IndexState, TableState};

impl SchemaEditor {
    /// Returns the statement that makes a set of columns unique.
    pub(super) fn create_unique_together(&self, table: &TableState, columns: &[String]) -> String {
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        let name = constraint_name(&table.table, &names, "_uniq", self.is_postgres());
        self.create_unique(&table.table, &name, columns)
    }

    pub(super) fn create_unique(&self, table: &str, name: &str, columns: &[String]) -> String {
        let (name, table, columns) = (quote(name), quote(table), quoted_list(columns));
        match self.vendor {
            Vendor::Sqlite => format!("CREATE UNIQUE INDEX {name} ON {table} ({columns})"),
            Vendor::Postgres => {
                format!("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE ({columns})")
            }
        }
    }

    /// Creates an index of `Meta.indexes`.
    pub(in crate::makemigrations) fn add_index(&mut self, table: &TableState, index: &IndexState) {
        self.execute(create_index(&table.table, index));
    }

    /// Drops an index of `Meta.indexes`.
    pub(in crate::makemigrations) fn remove_index(&mut self, index: &IndexState) {
        self.execute(self.drop_index(&index.name));
    }

    pub(super) fn drop_index(&self, name: &str) -> String {
        match self.vendor {
            Vendor::Sqlite => format!("DROP INDEX {}", quote(name)),
            Vendor::Postgres => format!("DROP INDEX IF EXISTS {}", quote(name)),
        }
    }

    /// Renames an index of `Meta.indexes` whose columns stay.
    pub(in crate::makemigrations) fn rename_index(
        &mut self,
        table: &TableState,
        old: &IndexState,
        new: &IndexState,
    ) {
        match self.vendor {
            // SQLite cannot rename an index.
            Vendor::Sqlite => {
                self.remove_index(old);
                self.add_index(table, new);
            }
            Vendor::Postgres => self.execute(format!(
                "ALTER INDEX {} RENAME TO {}",
                quote(&old.name),
                quote(&new.name)
            )),
        }
    }

    /// Adds a constraint; `after` is the table with the constraint.
    pub(in crate::makemigrations) fn add_constraint(
        &mut self,
        before: &TableState,
        after: &TableState,
        constraint: &ConstraintState,
    ) {
        if self.is_postgres() || is_index(constraint) {
            self.execute(create_constraint(after, constraint));
        } else {
            self.remake(before, after, &[]);
        }
    }

    /// Removes a constraint; `after` is the table without the constraint.
    pub(in crate::makemigrations) fn remove_constraint(
        &mut self,
        before: &TableState,
        after: &TableState,
        constraint: &ConstraintState,
    ) {
        if is_index(constraint) {
            self.execute(self.drop_index(constraint.name()));
        } else if self.is_postgres() {
            self.execute(drop_constraint(&before.table, constraint.name()));
        } else {
            self.remake(before, after, &[]);
        }
    }

    /// Makes other sets of columns unique: drops those of `before` that `after` lacks, and adds the
    /// new ones.
    pub(in crate::makemigrations) fn alter_unique_together(
        &mut self,
        before: &TableState,
        after: &TableState,
    ) {
        let gone: Vec<&Vec<String>> = before
            .unique_together
            .iter()
            .filter(|columns| !after.unique_together.contains(columns))
            .collect();
        let is_renamed = gone.iter().any(|columns| {
            before
                .kept_names
                .contains_key(&NamedBy::UniqueTogether(columns).role())
        });
        if is_renamed && !self.is_postgres() {
            self.remake(before, after, &[]);
            return;
        }

        for columns in gone {
            let name = name_of(before, NamedBy::UniqueTogether(columns));
            let sql = match self.vendor {
                Vendor::Sqlite => self.drop_index(&name),
                Vendor::Postgres => drop_constraint(&before.table, &name),
            };
            self.execute(sql);
        }
        for columns in &after.unique_together {
            if !before.unique_together.contains(columns) {
                self.execute(self.create_unique_together(after, columns));
            }
        }
    }
}

/// Whether a constraint is an index of its own, which needs no change of the table.
pub(super) fn is_index(constraint: &ConstraintState) -> bool {
    matches!(
        constraint,
        ConstraintState::Unique {
            condition: Some(_),
            ..
        }
    )
}

pub(super) fn create_index(table: &str, index: &IndexState) -> String {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|column| match column.strip_prefix('-') {
            Some(column) => format!("{} DESC", quote(column)),
            None => quote(column),
        })
        .collect();
    let condition = index
        .condition
        .as_ref()
        .map(|condition| format!(" WHERE {condition}"))
        .unwrap_or_default();
    format!(
        "CREATE INDEX {} ON {} ({}){condition}",
        quote(&index.name),
        quote(table),
        columns.join(", ")
    )
}

pub(super) fn drop_constraint(table: &str, name: &str) -> String {
    format!(
        "ALTER TABLE {} DROP CONSTRAINT {}",
        quote(table),
        quote(name)
    )
}

/// Returns a constraint as a part of `CREATE TABLE`; `None` if it has to be an index.
pub(super) fn inline_constraint(constraint: &ConstraintState) -> Option<String> {
    match constraint {
        ConstraintState::Unique {
            condition: Some(_), ..
        } => None,
        ConstraintState::Unique { name, columns, .. } => Some(format!(
            "CONSTRAINT {} UNIQUE ({})",
            quote(name),
            quoted_list(columns)
        )),
        ConstraintState::Check { name, check } => {
            Some(format!("CONSTRAINT {} CHECK ({check})", quote(name)))
        }
    }
}

/// Returns the statement that adds a constraint to a table.
pub(super) fn create_constraint(table: &TableState, constraint: &ConstraintState) -> String {
    match constraint {
        ConstraintState::Unique {
            name,
            columns,
            condition: Some(condition),
        } => format!(
            "CREATE UNIQUE INDEX {} ON {} ({}) WHERE {condition}",
            quote(name),
            quote(&table.table),
            quoted_list(columns)
        ),
        ConstraintState::Unique { name, columns, .. } => format!(
            "ALTER TABLE {} ADD CONSTRAINT {} UNIQUE ({})",
            quote(&table.table),
            quote(name),
            quoted_list(columns)
        ),
        ConstraintState::Check { name, check } => format!(
            "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({check})",
            quote(&table.table),
            quote(name)
        ),
    }
}
