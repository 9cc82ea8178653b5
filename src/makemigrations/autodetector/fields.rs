//! Columns that are new, gone, renamed or changed.

use super::Autodetector;
use crate::error::Result;
use crate::makemigrations::kept_names::{keep_names, keep_names_of_altered};
use crate::makemigrations::literals::zero;
use crate::makemigrations::operations::{AlterField, FieldChange, Operation};
use crate::makemigrations::state::{ColumnState, PerDatabase, TableState};

impl Autodetector<'_> {
    pub(super) fn rename_fields(&mut self) -> Result<()> {
        for (mut before, declared) in self.pairs() {
            let model = declared.model.clone();
            for new in &declared.columns {
                if before.field(&new.name).is_some() {
                    continue;
                }
                let was = self
                    .declared
                    .fields_were
                    .get(&(model.clone(), new.name.clone()));
                let gone: Vec<ColumnState> = before
                    .columns
                    .iter()
                    .filter(|old| declared.field(&old.name).is_none())
                    .cloned()
                    .collect();
                for old in gone {
                    let is_named = was.is_some_and(|was| *was == old.name || *was == old.column);
                    let is_same = is_named
                        || may_be_renamed(&old, new)
                            && self
                                .questioner
                                .is_renamed_field(self.app, &model, &old, new)?;
                    if is_same {
                        before = self.rename_field(before, &old, new);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn rename_field(
        &mut self,
        before: TableState,
        old: &ColumnState,
        new: &ColumnState,
    ) -> TableState {
        let renamed = ColumnState {
            name: new.name.clone(),
            column: new.column.clone(),
            ..old.clone()
        };
        let mut after = before.clone();
        rename_column(&mut after, &old.column, &renamed);
        keep_names(&before, &mut after, |column| {
            if column == old.column {
                renamed.column.clone()
            } else {
                column.to_owned()
            }
        });

        let table = self.change(before, after.clone());
        self.operations
            .push(Operation::AlterField(Box::new(AlterField {
                table,
                old: old.clone(),
                new: renamed,
                default: None,
                old_default: None,
                referring: Vec::new(),
            })));
        after
    }

    pub(super) fn remove_fields(&mut self) {
        for (mut before, declared) in self.pairs() {
            for column in by_name(&before.columns) {
                if declared.field(&column.name).is_some() {
                    continue;
                }
                let mut after = before.clone();
                after.columns.retain(|one| one.name != column.name);
                let default = self.default_if_known(&before.model, &column);
                let table = self.change(before, after.clone());
                self.operations
                    .push(Operation::RemoveField(Box::new(FieldChange {
                        table,
                        column,
                        default,
                    })));
                before = after;
            }
        }
    }

    /// Returns a value for a column that comes back when its removal is reversed.
    fn default_if_known(&self, model: &str, column: &ColumnState) -> Option<PerDatabase> {
        if column.null || column.generated.is_some() || column.db_default.is_some() {
            return None;
        }
        let known = self
            .declared
            .defaults
            .get(&(model.to_owned(), column.name.clone()));
        known.cloned().or_else(|| zero(column))
    }

    pub(super) fn add_fields(&mut self) -> Result<()> {
        for (mut before, declared) in self.pairs() {
            for column in &by_name(&declared.columns) {
                if before.field(&column.name).is_some() {
                    continue;
                }
                let default = self.default_of(&declared.model, column, true)?;
                let mut after = before.clone();
                after.columns.push(column.clone());
                let table = self.change(before, after.clone());
                self.operations
                    .push(Operation::AddField(Box::new(FieldChange {
                        table,
                        column: column.clone(),
                        default,
                    })));
                before = after;
            }
        }
        Ok(())
    }

    /// Returns the value of the rows that exist already; `None` if they are NULL or the database makes
    /// the value.
    fn default_of(
        &self,
        model: &str,
        column: &ColumnState,
        is_new: bool,
    ) -> Result<Option<PerDatabase>> {
        let known = self
            .declared
            .defaults
            .get(&(model.to_owned(), column.name.clone()));
        let by_database = column.db_default.is_some() || column.generated.is_some() || column.auto;
        match known {
            _ if by_database => Ok(None),
            Some(value) => Ok(Some(value.clone())),
            None if column.null => Ok(None),
            None => self
                .questioner
                .default_for(self.app, model, column, is_new)
                .map(Some),
        }
    }

    pub(super) fn alter_fields(&mut self) -> Result<()> {
        for (mut before, declared) in self.pairs() {
            for new in &by_name(&declared.columns) {
                let Some(old) = before.field(&new.name).cloned() else {
                    continue;
                };
                if old == *new {
                    continue;
                }
                before = self.alter_field(before, &old, new)?;
            }
        }
        Ok(())
    }

    fn alter_field(
        &mut self,
        before: TableState,
        old: &ColumnState,
        new: &ColumnState,
    ) -> Result<TableState> {
        let loses_null = old.null && !new.null;
        let default = if loses_null {
            self.default_of(&before.model, new, false)?
        } else {
            None
        };
        let old_default = (!old.null && new.null)
            .then(|| self.default_if_known(&before.model, old))
            .flatten();
        let mut after = before.clone();
        rename_column(&mut after, &old.column, new);
        keep_names_of_altered(&before, &mut after, old, new);

        let referring = self.referring(&before, old);
        let table = self.change(before, after.clone());
        self.operations
            .push(Operation::AlterField(Box::new(AlterField {
                table,
                old: old.clone(),
                new: new.clone(),
                default,
                old_default,
                referring,
            })));
        Ok(after)
    }

    /// Returns the tables with foreign keys to a column.
    fn referring(&self, table: &TableState, to: &ColumnState) -> Vec<TableState> {
        let others = self.others.values().flat_map(|state| &state.tables);
        let refers = |other: &&TableState| {
            other.table != table.table
                && other.columns.iter().any(|column| {
                    column.foreign_key().is_some_and(|reference| {
                        reference.table == table.table && reference.column == to.column
                    })
                })
        };
        self.current
            .iter()
            .chain(others)
            .filter(refers)
            .cloned()
            .collect()
    }
}

/// Returns columns in the order of their fields' names, in which Django changes them.
fn by_name(columns: &[ColumnState]) -> Vec<ColumnState> {
    let mut sorted = columns.to_vec();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    sorted
}

/// Replaces a column and its name wherever the table names it.
fn rename_column(table: &mut TableState, old: &str, new: &ColumnState) {
    if let Some(column) = table.columns.iter_mut().find(|one| one.column == old) {
        column.clone_from(new);
    }
    let rename = |name: &mut String| {
        if name == old {
            name.clone_from(&new.column);
        } else if name.strip_prefix('-') == Some(old) {
            *name = format!("-{}", new.column);
        }
    };
    table.unique_together.iter_mut().flatten().for_each(rename);
    table
        .indexes
        .iter_mut()
        .flat_map(|index| &mut index.columns)
        .for_each(rename);
}

/// Whether a removed field may be the added one under another name: values of the same type, or a
/// key to the same model.
fn may_be_renamed(old: &ColumnState, new: &ColumnState) -> bool {
    let base = |text: &str| text.split('(').next().unwrap_or_default().to_owned();
    let model = |column: &ColumnState| {
        column
            .references
            .as_ref()
            .map(|reference| reference.model.clone())
    };
    base(old.db_type.postgres()) == base(new.db_type.postgres())
        && base(old.db_type.sqlite()) == base(new.db_type.sqlite())
        && model(old) == model(new)
}
