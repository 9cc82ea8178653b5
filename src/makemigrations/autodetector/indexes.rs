//! Indexes, constraints, and columns that are unique together.

use super::Autodetector;
use crate::makemigrations::operations::Operation;
use crate::makemigrations::state::TableState;

impl Autodetector<'_> {
    pub(super) fn remove_constraints_and_indexes(&mut self) {
        for (mut before, declared) in self.pairs() {
            for constraint in before.constraints.clone() {
                if !declared.constraints.contains(&constraint) {
                    let mut after = before.clone();
                    after.constraints.retain(|one| *one != constraint);
                    let change = self.change(before, after.clone());
                    self.operations
                        .push(Operation::RemoveConstraint(change, constraint));
                    before = after;
                }
            }
            for index in before.indexes.clone() {
                if declared.indexes.contains(&index) {
                    continue;
                }
                let renamed = declared.indexes.iter().find(|new| {
                    new.columns == index.columns
                        && new.condition == index.condition
                        && !before.indexes.iter().any(|old| old.name == new.name)
                });
                let mut after = before.clone();
                after.indexes.retain(|one| *one != index);
                after.indexes.extend(renamed.cloned());
                let change = self.change(before, after.clone());
                self.operations.push(match renamed {
                    Some(new) => Operation::RenameIndex(change, index, new.clone()),
                    None => Operation::RemoveIndex(change, index),
                });
                before = after;
            }
        }
    }

    pub(super) fn add_indexes_and_constraints(&mut self) {
        for (mut before, declared) in self.pairs() {
            for index in &declared.indexes {
                if !before.indexes.contains(index) {
                    let mut after = before.clone();
                    after.indexes.push(index.clone());
                    let change = self.change(before, after.clone());
                    self.operations
                        .push(Operation::AddIndex(change, index.clone()));
                    before = after;
                }
            }
            for constraint in &declared.constraints {
                if !before.constraints.contains(constraint) {
                    let mut after = before.clone();
                    after.constraints.push(constraint.clone());
                    let change = self.change(before, after.clone());
                    self.operations
                        .push(Operation::AddConstraint(change, constraint.clone()));
                    before = after;
                }
            }
        }
    }

    /// Removes the search indexes that are not declared any more, and those of tables and columns that change: the
    /// index of SQLite contains the names of its table and of its columns.
    pub(super) fn remove_search_indexes(&mut self) {
        let indexed = |table: &&TableState| !table.search_index.is_empty();
        let tables: Vec<TableState> = self.current.iter().filter(indexed).cloned().collect();
        for before in tables {
            let declared = self.models().find(|table| table.model == before.model);
            if declared.is_some_and(|declared| keeps_search_index(&before, declared)) {
                continue;
            }
            let mut after = before.clone();
            after.search_index.clear();
            let change = self.change(before, after);
            self.operations.push(Operation::AlterSearchIndex(change));
        }
    }

    pub(super) fn add_search_indexes(&mut self) {
        for (before, declared) in self.pairs() {
            if before.search_index != declared.search_index {
                let mut after = before.clone();
                after.search_index.clone_from(&declared.search_index);
                let change = self.change(before, after);
                self.operations.push(Operation::AlterSearchIndex(change));
            }
        }
    }

    /// Changes which columns are unique together: first removes sets, later adds the new ones.
    pub(super) fn change_unique_together(&mut self, removes: bool) {
        for (before, declared) in self.pairs() {
            let mut after = before.clone();
            if removes {
                // A set without one of its columns must go before the column does.
                after.unique_together.retain(|columns| {
                    declared.unique_together.contains(columns)
                        || columns
                            .iter()
                            .all(|column| declared.column(column).is_some())
                });
            } else {
                after.unique_together.clone_from(&declared.unique_together);
            }
            let mut sets = [
                before.unique_together.clone(),
                after.unique_together.clone(),
            ];
            for set in &mut sets {
                set.sort();
            }
            if sets[0] != sets[1] {
                let change = self.change(before, after);
                self.operations.push(Operation::AlterUniqueTogether(change));
            }
        }
    }
}

/// Whether the change of a table leaves its search index as it is.
fn keeps_search_index(before: &TableState, after: &TableState) -> bool {
    let same = |column: &String| before.column(column) == after.column(column);
    before.table == after.table
        && before.search_index == after.search_index
        && before.search_index.iter().all(same)
        && before.primary_key() == after.primary_key()
}
