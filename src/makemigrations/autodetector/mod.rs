//! Finds the operations that lead from one state to another (Django's `MigrationAutodetector`).

mod fields;
mod indexes;
mod models;

use std::collections::BTreeMap;

use crate::error::Result;

use super::declared::DeclaredApp;
use super::kept_names::carry_over;
use super::operations::Operation;
use super::questions::Questioner;
use super::state::{AppState, TableChange, TableState};

/// The operations of one app, and its state afterwards.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) operations: Vec<Operation>,
    pub(super) state: AppState,
}

/// Compares the declarations of one app with its last state.
pub(super) struct Autodetector<'a> {
    app: &'a str,
    declared: &'a DeclaredApp,
    questioner: &'a Questioner,
    /// The tables of this app, as the operations so far leave them.
    current: Vec<TableState>,
    /// The tables of the other apps.
    others: &'a BTreeMap<String, AppState>,
    renamed_models: BTreeMap<String, String>,
    operations: Vec<Operation>,
}

impl<'a> Autodetector<'a> {
    pub(super) fn new(
        app: &'a str,
        old: &AppState,
        declared: &'a DeclaredApp,
        others: &'a BTreeMap<String, AppState>,
        questioner: &'a Questioner,
    ) -> Self {
        Self {
            app,
            declared,
            questioner,
            current: old.tables.clone(),
            others,
            renamed_models: old.renamed_models.clone(),
            operations: Vec::new(),
        }
    }

    /// Returns what the app's next migration does, in the order of Django.
    pub(super) fn changes(mut self) -> Result<Changes> {
        self.remove_search_indexes();
        self.rename_models()?;
        self.rename_tables();
        self.rename_links()?;
        self.create_models();
        self.remove_constraints_and_indexes();
        self.rename_fields()?;
        self.change_unique_together(true);
        self.remove_links();
        self.remove_fields();
        self.delete_models();
        self.add_fields()?;
        self.add_links();
        self.alter_fields()?;
        self.change_unique_together(false);
        self.add_indexes_and_constraints();
        self.add_search_indexes();

        let mut state = self.declared.state.clone();
        for table in &mut state.tables {
            if let Some(current) = self.current.iter().find(|one| one.model == table.model) {
                carry_over(current, table);
            }
        }
        state.renamed_models = self.renamed_models;
        Ok(Changes {
            operations: self.operations,
            state,
        })
    }

    /// Returns the declared tables of models.
    fn models(&self) -> impl Iterator<Item = &'a TableState> + use<'a> {
        self.declared
            .state
            .tables
            .iter()
            .filter(|table| table.link.is_none())
    }

    fn links(&self) -> impl Iterator<Item = &'a TableState> + use<'a> {
        self.declared
            .state
            .tables
            .iter()
            .filter(|table| table.link.is_some())
    }

    fn current(&self, model: &str) -> Option<&TableState> {
        self.current.iter().find(|table| table.model == model)
    }

    /// Returns each pair of a table and its declaration.
    fn pairs(&self) -> Vec<(TableState, &'a TableState)> {
        let declared = self.declared.state.tables.iter();
        declared
            .filter_map(|table| Some((self.current(&table.model)?.clone(), table)))
            .collect()
    }

    /// Records that the table of a model is now `after`.
    fn replace(&mut self, model: &str, after: &TableState) {
        if let Some(table) = self.current.iter_mut().find(|table| table.model == model) {
            table.clone_from(after);
        }
    }

    fn change(&mut self, before: TableState, after: TableState) -> TableChange {
        self.replace(&before.model, &after);
        TableChange { before, after }
    }
}
