//! Changes of tables on SQLite. Most of them make a new table, copy the rows and rename it
//! (<https://www.sqlite.org/lang_altertable.html#otheralter>).

use super::{Alteration, SchemaEditor, Vendor, quote};
use crate::makemigrations::state::{ColumnState, Reference, TableChange, TableState};

/// A column of the new table, and the expression that fills it from the old one.
#[derive(Debug, Clone)]
struct Copied {
    column: String,
    expression: String,
}

/// Returns the part of a column that refers to another table.
pub(super) fn references(reference: &Reference) -> String {
    let on_delete = if reference.on_delete.is_empty() {
        String::new()
    } else {
        format!(" ON DELETE {}", reference.on_delete)
    };
    format!(
        "REFERENCES {} ({}){on_delete} DEFERRABLE INITIALLY DEFERRED",
        quote(&reference.table),
        quote(&reference.column)
    )
}

impl SchemaEditor {
    pub(super) fn add_column_on_sqlite(
        &mut self,
        before: &TableState,
        after: &TableState,
        column: &ColumnState,
        default: Option<&str>,
    ) {
        let has_computed_default = column
            .db_default
            .as_ref()
            .and_then(|default| default.on(Vendor::Sqlite))
            .is_some_and(|default| default.starts_with('('));
        let needs_new_table = column.primary_key
            || column.unique
            || !column.null
            || default.is_some()
            || has_computed_default
            || column.generated.is_some();
        if needs_new_table {
            self.remake_with_new_column(before, after, column, default);
            return;
        }

        let mut definition = self.column_definition(column, None);
        definition.push_str(&self.check_and_auto(column));
        if let Some(reference) = column.foreign_key() {
            definition.push(' ');
            definition.push_str(&references(reference));
        }
        self.execute(format!(
            "ALTER TABLE {} ADD COLUMN {} {definition}",
            quote(&after.table),
            quote(&column.column)
        ));
        self.defer_indexes_of_column(after, column);
    }

    pub(super) fn remove_column_on_sqlite(
        &mut self,
        before: &TableState,
        after: &TableState,
        column: &ColumnState,
    ) {
        let can_drop = !column.primary_key
            && !column.unique
            && !column.db_index
            && column.foreign_key().is_none();
        if can_drop {
            self.execute(format!(
                "ALTER TABLE {} DROP COLUMN {}",
                quote(&after.table),
                quote(&column.column)
            ));
        } else {
            self.remake(before, after, &[]);
        }
    }

    pub(super) fn alter_column_on_sqlite(
        &mut self,
        before: &TableState,
        after: &TableState,
        alteration: Alteration<'_>,
        others: &[TableState],
    ) {
        let Alteration { old, new, .. } = alteration;
        let same_definition = self.column_definition(old, None)
            == self.column_definition(new, None)
            && old.check == new.check
            && old.db_index == new.db_index;
        let has_key = old.foreign_key().is_some() || new.foreign_key().is_some();
        if old.column != new.column && same_definition && !has_key {
            self.rename_column(&after.table, &old.column, &new.column);
            return;
        }

        self.remake(before, after, &[alteration]);
        let is_referenced = new.unique || new.primary_key;
        if is_referenced && old.db_type != new.db_type {
            for other in others {
                self.remake(other, other, &[]);
            }
        }
    }

    fn remake_with_new_column(
        &mut self,
        before: &TableState,
        after: &TableState,
        column: &ColumnState,
        default: Option<&str>,
    ) {
        let mut copied = self.copied(before, after, &[]);
        let made_by_database = column.generated.is_some() || column.db_default.is_some();
        if !made_by_database {
            copied.push(Copied {
                column: column.column.clone(),
                expression: default.unwrap_or("NULL").to_owned(),
            });
        }
        self.rebuild(before, after, &[&column.column], &copied);
    }

    /// Makes the link table anew, because its indexes have names that contain its name and columns.
    pub(super) fn rename_link_on_sqlite(&mut self, link: &TableChange) {
        let TableChange { before, after } = link;
        if before.table == after.table {
            let copied: Vec<Copied> = before
                .columns
                .iter()
                .zip(&after.columns)
                .map(|(old, new)| Copied {
                    column: new.column.clone(),
                    expression: quote(&old.column),
                })
                .collect();
            self.rebuild(before, after, &[], &copied);
            return;
        }

        let columns = |table: &TableState| {
            let names: Vec<&str> = table
                .columns
                .iter()
                .map(|column| column.column.as_str())
                .collect();
            names.join(", ")
        };
        self.create_table(after);
        self.execute(format!(
            "INSERT INTO {} ({}) SELECT {} FROM {}",
            quote(&after.table),
            columns(after),
            columns(before),
            quote(&before.table)
        ));
        self.delete_table(before);
    }

    /// Replaces the table `before` by `after`, with all rows.
    pub(super) fn remake(
        &mut self,
        before: &TableState,
        after: &TableState,
        alterations: &[Alteration<'_>],
    ) {
        let copied = self.copied(before, after, alterations);
        let moved: Vec<&str> = alterations
            .iter()
            .map(|alteration| alteration.new.column.as_str())
            .collect();
        self.rebuild(before, after, &moved, &copied);
    }

    /// Returns how the columns of the new table are filled: those that stay, then the altered ones,
    /// as in Django.
    fn copied(
        &self,
        before: &TableState,
        after: &TableState,
        alterations: &[Alteration<'_>],
    ) -> Vec<Copied> {
        let is_altered = |column: &ColumnState| {
            alterations
                .iter()
                .any(|alteration| alteration.old.column == column.column)
        };
        let stays = |column: &&ColumnState| {
            column.generated.is_none()
                && !is_altered(column)
                && after
                    .column(&column.column)
                    .is_some_and(|new| new.generated.is_none())
        };
        let mut copied: Vec<Copied> = before
            .columns
            .iter()
            .filter(stays)
            .map(|column| Copied {
                column: column.column.clone(),
                expression: quote(&column.column),
            })
            .collect();

        for Alteration { old, new, default } in alterations {
            if new.generated.is_some() {
                continue;
            }
            let column = quote(&old.column);
            let of_database = new
                .db_default
                .as_ref()
                .and_then(|default| default.on(self.vendor));
            let default = of_database.or(default.and_then(|default| default.on(self.vendor)));
            let expression = if old.null && !new.null {
                format!("coalesce({column}, {})", default.unwrap_or("NULL"))
            } else {
                column
            };
            copied.push(Copied {
                column: new.column.clone(),
                expression,
            });
        }
        copied
    }

    /// Makes a new table, fills it, and gives it the name of the old one. The columns `moved` are the
    /// last ones of the new table, as in Django.
    fn rebuild(
        &mut self,
        before: &TableState,
        after: &TableState,
        moved: &[&str],
        copied: &[Copied],
    ) {
        let mut table = after.clone();
        let (mut columns, last): (Vec<_>, Vec<_>) = table
            .columns
            .into_iter()
            .partition(|column| !moved.contains(&column.column.as_str()));
        columns.extend(last);
        table.columns = columns;

        for dropped in self.dropped_by_rebuild(before, after) {
            self.execute(dropped);
        }
        self.forget(&before.table);
        let name = format!("new__{}", after.table);
        self.create_table_as(&table, &name);
        let columns: Vec<String> = copied.iter().map(|copy| quote(&copy.column)).collect();
        let expressions: Vec<&str> = copied.iter().map(|copy| copy.expression.as_str()).collect();
        self.execute(format!(
            "INSERT INTO {} ({}) SELECT {} FROM {}",
            quote(&name),
            columns.join(", "),
            expressions.join(", "),
            quote(&before.table)
        ));
        self.execute(format!("DROP TABLE {}", quote(&before.table)));
        self.rename_table(&name, &after.table);
        for trigger in self.search_triggers(after) {
            self.execute(trigger);
        }
        self.run_deferred();
    }

    /// Returns the comments that name what the rebuild drops on purpose. `migrate` keeps every other
    /// index, trigger and condition of the table, although no declaration names it.
    fn dropped_by_rebuild(&self, before: &TableState, after: &TableState) -> Vec<String> {
        let after_checks = self.checks(after);
        let checks = self
            .checks(before)
            .into_iter()
            .filter(|check| !after_checks.contains(check))
            .map(|check| format!("-- drops: check {check}"));

        let after_indexes = self.index_names(after);
        let indexes = self
            .index_names(before)
            .into_iter()
            .filter(|name| !after_indexes.contains(name))
            .map(|name| format!("-- drops: index {name}"));
        checks.chain(indexes).collect()
    }

    /// Returns the conditions of a table.
    fn checks(&self, table: &TableState) -> Vec<String> {
        let of_columns = table
            .columns
            .iter()
            .filter_map(|column| self.check_of(column));
        let of_table = table
            .constraints
            .iter()
            .filter_map(|constraint| match constraint {
                crate::makemigrations::state::ConstraintState::Check { check, .. } => {
                    Some(check.clone())
                }
                crate::makemigrations::state::ConstraintState::Unique { .. } => None,
            });
        of_columns.chain(of_table).collect()
    }

    /// Returns the names of the indexes that are statements of their own.
    fn index_names(&self, table: &TableState) -> Vec<String> {
        let mut editor = Self::new(self.vendor);
        editor.create_table(table);
        editor
            .deferred
            .iter()
            .filter_map(|waiting| waiting.sql.split('"').nth(1).map(str::to_owned))
            .collect()
    }
}
