//! Writes one migration that replaces several (Django's `squashmigrations`).

use std::path::{Path, PathBuf};

use crate::db::migrations::Migration;
use crate::error::{Error, Result};

use super::files::{script, write_migration};
use super::operations::Operation;
use super::order::creation_order;
use super::schema_editor::Vendor;
use super::state::{AppState, TableState};

/// Several migrations, and the tables after the last of them.
pub struct Squashed<'a> {
    /// The app.
    pub app: &'a str,
    /// The name of the new migration.
    pub name: String,
    /// The migrations that the new one replaces, in their order.
    pub migrations: &'a [&'a Migration],
    /// The tables after the last migration.
    pub state: AppState,
}

impl Squashed<'_> {
    /// Writes the new migration beside the old ones. If they begin with the first one of the app and
    /// change no data, it creates the tables as they are now; else it has all statements, one migration
    /// behind the other.
    pub fn write(mut self, folder: &Path) -> Result<PathBuf> {
        self.state.replaces = self.names();
        self.state.dependencies = self.dependencies();
        self.state.follows = self.follows();
        let (app, name, state) = (self.app, &self.name, &self.state);
        if !self.is_from_nothing() {
            return write_migration(folder, app, name, state, |vendor, backwards| {
                self.joined(vendor, backwards)
            });
        }

        // New tables have today's names. Databases that renamed a table keep the old ones, which the
        // migrations themselves know.
        if self
            .state
            .tables
            .iter()
            .any(|table| !table.kept_names.is_empty())
        {
            return Err(Error::command(
                "nothing was written: a table or a column was renamed, so that its indexes have other names in existing \
                 databases than in new ones. Squash the migrations before the rename",
            ));
        }
        let operations = self.creations();
        write_migration(folder, app, name, state, |vendor, backwards| {
            script(&operations, vendor, backwards)
        })
    }

    fn names(&self) -> Vec<String> {
        let names = self.migrations.iter().flat_map(|one| one.stands_for);
        names.map(|name| (*name).to_owned()).collect()
    }

    /// Returns the migrations before the first one that is replaced.
    fn follows(&self) -> Vec<String> {
        let first = self.migrations.first().and_then(|first| first.state);
        let state = first.and_then(|text| AppState::from_json(text).ok());
        state.map(|state| state.follows).unwrap_or_default()
    }

    fn dependencies(&self) -> Vec<String> {
        let states = self
            .migrations
            .iter()
            .filter_map(|one| AppState::from_json(one.state?).ok());
        let mut all: Vec<String> = states.flat_map(|state| state.dependencies).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether the tables as they are now say all that the migrations did.
    fn is_from_nothing(&self) -> bool {
        let changes_data = |script: &str| {
            crate::db::migrations::statements_of(script)
                .iter()
                .any(|statement| {
                    let statement = statement.to_uppercase();
                    let is_own = statement.starts_with("UPDATE \"DJANGO_CONTENT_TYPE\"")
                        || statement.starts_with("UPDATE \"AUTH_PERMISSION\"")
                        || statement.starts_with("INSERT INTO \"NEW__");
                    !is_own
                        && [
                            "INSERT ",
                            "UPDATE ",
                            "DELETE ",
                            "SELECT ",
                            "CREATE TRIGGER",
                            "CREATE VIEW",
                        ]
                        .iter()
                        .any(|word| statement.starts_with(word))
                })
        };
        let starts = self
            .migrations
            .first()
            .is_some_and(|one| super::project::number(one.name) <= 1);
        starts
            && !self
                .migrations
                .iter()
                .any(|one| changes_data(one.sqlite.up) || changes_data(one.postgres.up))
    }

    /// Returns the operations that create the tables as they are now.
    fn creations(&self) -> Vec<Operation> {
        let (links, models): (Vec<&TableState>, Vec<&TableState>) = self
            .state
            .tables
            .iter()
            .partition(|table| table.link.is_some());
        let mut operations = Vec::new();
        for table in creation_order(self.app, &models, &links) {
            operations.push(Operation::CreateModel(table.clone()));
            let own = links.iter().filter(|link| {
                link.link
                    .as_ref()
                    .is_some_and(|field| field.model == table.model)
            });
            operations.extend(own.map(|link| Operation::CreateModel((*link).clone())));
        }
        operations
    }

    /// Returns the scripts of all migrations, one behind the other.
    fn joined(&self, vendor: Vendor, backwards: bool) -> String {
        let titled = |one: &&Migration| {
            let script = match vendor {
                Vendor::Sqlite => one.sqlite,
                Vendor::Postgres => one.postgres,
            };
            let text = if backwards { script.down } else { script.up };
            format!("-- {}\n{text}\n", one.label())
        };
        if backwards {
            self.migrations.iter().rev().map(titled).collect()
        } else {
            self.migrations.iter().map(titled).collect()
        }
    }
}
