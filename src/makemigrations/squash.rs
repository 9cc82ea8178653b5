//! Writes one migration that replaces several (Django's `squashmigrations`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::db::migrations::Migration;
use crate::error::{Error, Result};

use super::files::{create_folder, write_latest, write_new};
use super::operations::Operation;
use super::order::creation_order;
use super::schema_editor::{SchemaEditor, Vendor};
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
        if self.is_from_nothing() {
            // New tables have today's names. Databases that renamed a table keep the old ones, which
            // the migrations themselves know.
            let has_kept = self
                .state
                .tables
                .iter()
                .any(|table| !table.kept_names.is_empty());
            if has_kept {
                return Err(Error::command(
                    "nothing was written: a table or a column was renamed, so that its indexes have other names in existing \
                     databases than in new ones. Squash the migrations before the rename",
                ));
            }
        }
        let own = format!("{}_{}", self.app, self.name);
        for (vendor, database) in [(Vendor::Sqlite, "sqlite"), (Vendor::Postgres, "postgres")] {
            let target = folder.join(database).join(&own);
            create_folder(&target)?;
            let (up, down) = if self.is_from_nothing() {
                (self.created(vendor, false), self.created(vendor, true))
            } else {
                self.joined(vendor)
            };
            write_new(&target.join("up.sql"), &up)?;
            write_new(&target.join("down.sql"), &down)?;
        }
        let states = folder.join("state");
        create_folder(&states)?;
        write_new(&states.join(format!("{own}.json")), &self.state.to_json())?;
        write_latest(folder, self.app, &self.name)?;
        Ok(folder.join("sqlite").join(own))
    }

    fn names(&self) -> Vec<String> {
        let names = self.migrations.iter().flat_map(|one| one.stands_for);
        names.map(|name| (*name).to_owned()).collect()
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

    fn created(&self, vendor: Vendor, backwards: bool) -> String {
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
        if backwards {
            operations.reverse();
            operations = operations.iter().map(Operation::reversed).collect();
        }

        let mut editor = SchemaEditor::new(vendor);
        let mut text = String::new();
        for operation in &operations {
            let _ = writeln!(text, "-- {}", operation.describe());
            operation.write(&mut editor);
            super::files::push_statements(&mut text, &editor.take());
        }
        super::files::push_statements(&mut text, &editor.finish());
        text
    }

    fn joined(&self, vendor: Vendor) -> (String, String) {
        let script = |one: &Migration| match vendor {
            Vendor::Sqlite => one.sqlite,
            Vendor::Postgres => one.postgres,
        };
        let titled = |one: &Migration, text: &str| format!("-- {}\n{text}\n", one.label());
        let up = self
            .migrations
            .iter()
            .map(|one| titled(one, script(one).up))
            .collect();
        let down = self
            .migrations
            .iter()
            .rev()
            .map(|one| titled(one, script(one).down))
            .collect();
        (up, down)
    }
}
