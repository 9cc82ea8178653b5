//! The files of a migration: SQL for both databases, and the state afterwards.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::db::migrations::Migration;
use crate::error::{Error, Result};

use super::operations::Operation;
use super::schema_editor::{SchemaEditor, Vendor};
use super::state::AppState;

/// A migration that is about to be written.
#[derive(Debug)]
pub struct NewMigration {
    /// The app.
    pub app: String,
    /// `0002_post_slug`
    pub name: String,
    pub(super) operations: Vec<Operation>,
    /// The tables afterwards.
    pub state: AppState,
    pub(super) is_merge: bool,
}

impl NewMigration {
    /// Returns what the migration does, a line for each operation, with Django's sign before it.
    pub fn descriptions(&self) -> Vec<String> {
        self.operations
            .iter()
            .map(|operation| format!("{} {}", operation.sign(), operation.describe()))
            .collect()
    }

    /// Returns the script that applies the migration, or that reverses it.
    pub fn script(&self, vendor: Vendor, backwards: bool) -> String {
        let mut text = script(&self.operations, vendor, backwards);
        if self.operations.is_empty() && !self.is_merge {
            text.push_str(if backwards {
                "-- Write here what takes the migration back.\n"
            } else {
                "-- Write here what the migration does.\n"
            });
        }
        text
    }

    /// Writes the files below `folder`. Fails if one of them is there already.
    pub fn write(&self, folder: &Path) -> Result<PathBuf> {
        write_migration(
            folder,
            &self.app,
            &self.name,
            &self.state,
            |vendor, backwards| self.script(vendor, backwards),
        )
    }
}

/// Returns the statements of operations, each below a comment that describes its operation.
pub(super) fn script(operations: &[Operation], vendor: Vendor, backwards: bool) -> String {
    let operations: Vec<Operation> = if backwards {
        operations.iter().rev().map(Operation::reversed).collect()
    } else {
        operations.to_vec()
    };

    let mut editor = SchemaEditor::new(vendor);
    let mut text = String::new();
    for operation in &operations {
        let _ = writeln!(text, "-- {}", operation.describe());
        operation.write(&mut editor);
        push_statements(&mut text, &editor.take());
    }
    push_statements(&mut text, &editor.finish());
    text
}

/// Writes the files of a migration below `folder`; `script` returns each script.
pub(super) fn write_migration(
    folder: &Path,
    app: &str,
    name: &str,
    state: &AppState,
    script: impl Fn(Vendor, bool) -> String,
) -> Result<PathBuf> {
    let own = format!("{app}_{name}");
    refuse_existing(folder, &own)?;
    for (vendor, database) in [(Vendor::Sqlite, "sqlite"), (Vendor::Postgres, "postgres")] {
        let target = folder.join(database).join(&own);
        create_folder(&target)?;
        for (file, backwards) in [("up.sql", false), ("down.sql", true)] {
            write_new(&target.join(file), &script(vendor, backwards))?;
        }
    }
    write_state_file(folder, app, name, state)?;
    Ok(folder.join("sqlite").join(own))
}

/// Fails if a file of the migration is there already, before anything is written.
fn refuse_existing(folder: &Path, own: &str) -> Result<()> {
    let scripts = ["sqlite", "postgres"].map(|database| folder.join(database).join(own));
    let state = folder.join("state").join(format!("{own}.json"));
    match scripts.iter().chain([&state]).find(|path| path.exists()) {
        Some(path) => Err(Error::command(format!(
            "nothing was written: {} is there already. If it is left over from a migration that was deleted, delete it as \
             well",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// Writes the state after a migration, and makes the migration the last one.
fn write_state_file(folder: &Path, app: &str, name: &str, state: &AppState) -> Result<PathBuf> {
    let states = folder.join("state");
    create_folder(&states)?;
    let file = states.join(format!("{app}_{name}.json"));
    write_new(&file, &state.to_json())?;
    write_latest(folder, app, name)?;
    Ok(file)
}

/// Records the state of an app beside a migration that was written by hand.
pub fn write_state(folder: &Path, migration: &Migration, state: &AppState) -> Result<PathBuf> {
    write_state_file(folder, migration.app, migration.name, state)
}

/// Writes the name of the last migration to the file by which the compiler notices a new one. Two
/// branches that each add a migration conflict in this file.
fn write_latest(folder: &Path, app: &str, name: &str) -> Result<()> {
    let file = folder.join("state").join(format!("{app}.latest"));
    let is_first = !file.exists();
    std::fs::write(&file, format!("{name}\n")).map_err(|error| cannot(&file, &error))?;
    if is_first {
        // The program did not know the file when it was compiled.
        for root in ["src/main.rs", "src/lib.rs"] {
            let root = folder.with_file_name(root);
            if let Ok(root) = std::fs::File::options().append(true).open(root) {
                root.set_modified(std::time::SystemTime::now())?;
            }
        }
    }
    Ok(())
}

fn push_statements(text: &mut String, statements: &[String]) {
    for statement in statements {
        text.push_str(statement);
        text.push_str(if statement.starts_with("--") {
            "\n"
        } else {
            ";\n"
        });
    }
}

fn create_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))
}

fn write_new(file: &Path, text: &str) -> Result<()> {
    use std::io::Write as _;

    let mut created = std::fs::File::create_new(file).map_err(|error| cannot(file, &error))?;
    created
        .write_all(text.as_bytes())
        .map_err(|error| cannot(file, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    Error::command(format!("{} cannot be written: {error}", path.display()))
}
