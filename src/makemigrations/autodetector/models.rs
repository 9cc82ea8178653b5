//! Models and link tables that are new, gone or renamed.

use std::collections::HashMap;

use super::Autodetector;
use crate::error::Result;
use crate::makemigrations::kept_names::keep_names;
use crate::makemigrations::operations::{Operation, RenameModel};
use crate::makemigrations::order::creation_order;
use crate::makemigrations::state::{ColumnState, LinkState, TableChange, TableState};

impl<'a> Autodetector<'a> {
    pub(super) fn rename_models(&mut self) -> Result<()> {
        let names = self.models().map(|table| &table.model).collect::<Vec<_>>();
        let mut gone: Vec<TableState> = self
            .current
            .iter()
            .filter(|table| table.link.is_none() && !names.contains(&&table.model))
            .cloned()
            .collect();

        for new in self.models() {
            if self.current(&new.model).is_some() {
                continue;
            }
            let was = self.declared.models_were.get(&new.model);
            let mut found = None;
            for (at, old) in gone.iter().enumerate() {
                let is_named = was.is_some_and(|was| *was == old.model);
                if is_named
                    || has_same_fields(old, new)
                        && self
                            .questioner
                            .is_renamed_model(self.app, &old.model, &new.model)?
                {
                    found = Some(at);
                    break;
                }
            }
            if let Some(at) = found {
                let old = gone.remove(at);
                self.rename_model(&old, &new.model, &new.table);
            }
        }
        Ok(())
    }

    pub(super) fn rename_tables(&mut self) {
        for (before, declared) in self.pairs() {
            if before.table != declared.table && before.link.is_none() {
                self.rename_model(&before, &declared.model, &declared.table);
            }
        }
    }

    /// Renames a model, its table, and the link tables whose names contain the model's.
    fn rename_model(&mut self, before: &TableState, model: &str, table: &str) {
        let mut after = before.clone();
        model.clone_into(&mut after.model);
        table.clone_into(&mut after.table);
        let label = |model: &str| format!("{}.{model}", self.app);
        let (old_label, new_label) = (label(&before.model), label(model));
        for column in &mut after.columns {
            point_to(column, &old_label, &new_label, table);
        }
        keep_names(before, &mut after, |column| column.to_owned());

        let mut links = Vec::new();
        let mut referring = Vec::new();
        let all = self
            .current
            .iter()
            .chain(self.others.values().flat_map(|state| &state.tables));
        for other in all {
            if other.model == before.model && other.table == before.table {
                continue;
            }
            let mut pointed = other.clone();
            let mut refers = false;
            for column in &mut pointed.columns {
                refers |= point_to(column, &old_label, &new_label, table);
            }
            if !refers {
                continue;
            }
            let declared = self.declared_link(other, &before.model, model);
            if let Some(link) = declared {
                let mut link = link.clone();
                link.kept_names.clone_from(&other.kept_names);
                rename_link(other, &mut link);
                links.push(TableChange {
                    before: other.clone(),
                    after: link,
                });
            } else {
                referring.push(TableChange {
                    before: other.clone(),
                    after: pointed,
                });
            }
        }

        self.replace(&before.model, &after);
        for change in referring.iter().chain(&links) {
            self.replace(&change.before.model, &change.after);
        }
        if before.model != after.model {
            self.renamed_models
                .insert(before.model.clone(), after.model.clone());
        }
        self.operations
            .push(Operation::RenameModel(Box::new(RenameModel {
                app: self.app.to_owned(),
                table: TableChange {
                    before: before.clone(),
                    after,
                },
                referring,
                links,
            })));
    }

    /// Returns the declared link table that `link` becomes when the model `old` is called `new`.
    fn declared_link(&self, link: &TableState, old: &str, new: &str) -> Option<&'a TableState> {
        let LinkState { model, field } = link.link.as_ref()?;
        let model = if model == old { new } else { model };
        self.links().find(|declared| {
            declared
                .link
                .as_ref()
                .is_some_and(|one| one.model == model && one.field == *field)
        })
    }

    /// Renames link tables whose field has a new name.
    pub(super) fn rename_links(&mut self) -> Result<()> {
        for new in self.links() {
            if self.current(&new.model).is_some() {
                continue;
            }
            let Some(link) = &new.link else { continue };
            let candidates: Vec<TableState> = self
                .current
                .iter()
                .filter(|old| {
                    let same_model = old.link.as_ref().is_some_and(|one| one.model == link.model);
                    same_model
                        && self.links().all(|declared| declared.model != old.model)
                        && targets(old) == targets(new)
                })
                .cloned()
                .collect();
            for old in candidates {
                let old_field = old.link.as_ref().map_or("", |one| one.field.as_str());
                let [was, is] = [old_field, link.field.as_str()]
                    .map(|name| ColumnState::new(name, new.columns[0].db_type.clone()));
                if self
                    .questioner
                    .is_renamed_field(self.app, &link.model, &was, &is)?
                {
                    let mut after = new.clone();
                    keep_names(&old, &mut after, |column| column.to_owned());
                    self.replace(&old.model, &after);
                    self.operations
                        .push(Operation::RenameModel(Box::new(RenameModel {
                            app: self.app.to_owned(),
                            table: TableChange { before: old, after },
                            referring: Vec::new(),
                            links: Vec::new(),
                        })));
                    break;
                }
            }
        }
        Ok(())
    }

    pub(super) fn create_models(&mut self) {
        let new: Vec<&TableState> = self
            .models()
            .filter(|table| self.current(&table.model).is_none())
            .collect();
        for table in creation_order(self.app, &new, &self.links().collect::<Vec<_>>()) {
            self.current.push(table.clone());
            self.operations.push(Operation::CreateModel(table.clone()));
            let links: Vec<&TableState> = self
                .links()
                .filter(|link| {
                    link.link
                        .as_ref()
                        .is_some_and(|link| link.model == table.model)
                })
                .collect();
            let mut links = links;
            links.sort_by_key(|link| link.link.as_ref().map(|link| link.field.clone()));
            for link in links {
                self.current.push(link.clone());
                self.operations.push(Operation::CreateModel(link.clone()));
            }
        }
    }

    pub(super) fn delete_models(&mut self) {
        let names: Vec<&String> = self.models().map(|table| &table.model).collect();
        let gone: Vec<TableState> = self
            .current
            .iter()
            .filter(|table| table.link.is_none() && !names.contains(&&table.model))
            .cloned()
            .collect();
        let references: Vec<&TableState> = gone.iter().collect();
        let mut order: Vec<TableState> = creation_order(self.app, &references, &[])
            .into_iter()
            .cloned()
            .collect();
        order.reverse();
        for table in order {
            self.current.retain(|one| one.model != table.model);
            self.operations.push(Operation::DeleteModel(table));
        }
    }

    pub(super) fn add_links(&mut self) {
        for link in self.links() {
            if self.current(&link.model).is_none() {
                self.current.push(link.clone());
                self.operations.push(Operation::CreateModel(link.clone()));
            }
        }
    }

    pub(super) fn remove_links(&mut self) {
        let names: Vec<&String> = self.links().map(|table| &table.model).collect();
        let gone: Vec<TableState> = self
            .current
            .iter()
            .filter(|table| table.link.is_some() && !names.contains(&&table.model))
            .cloned()
            .collect();
        for link in gone {
            self.current.retain(|one| one.model != link.model);
            self.operations.push(Operation::DeleteModel(link));
        }
    }
}

/// Lets a foreign key refer to the new name of a model. Returns whether it refers to it.
fn point_to(column: &mut ColumnState, old: &str, new: &str, table: &str) -> bool {
    let Some(reference) = column
        .references
        .as_mut()
        .filter(|reference| reference.model == old)
    else {
        return false;
    };
    new.clone_into(&mut reference.model);
    table.clone_into(&mut reference.table);
    true
}

/// Keeps the names of a link table whose columns change by their place.
fn rename_link(before: &TableState, after: &mut TableState) {
    let columns: HashMap<String, String> = before
        .columns
        .iter()
        .zip(&after.columns)
        .map(|(old, new)| (old.column.clone(), new.column.clone()))
        .collect();
    keep_names(before, after, |column| {
        columns
            .get(column)
            .cloned()
            .unwrap_or_else(|| column.to_owned())
    });
}

/// Whether two models have the same fields, apart from what their foreign keys refer to.
fn has_same_fields(old: &TableState, new: &TableState) -> bool {
    let fields = |table: &TableState| {
        let mut columns: Vec<ColumnState> = table
            .columns
            .iter()
            .map(|column| ColumnState {
                references: None,
                ..column.clone()
            })
            .collect();
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        columns
    };
    fields(old) == fields(new)
}

fn targets(link: &TableState) -> Vec<Option<&str>> {
    link.columns
        .iter()
        .map(|column| {
            column
                .references
                .as_ref()
                .map(|reference| reference.model.as_str())
        })
        .collect()
}
