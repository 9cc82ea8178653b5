//! The folders of migrations in the package of a site.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::db::migrations;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::settings::package_folder;

/// Returns each migration in the folders of the package: its folder, its app and its name. The app is
/// the longest label of an installed app with which the folder's name begins; the name of a folder
/// without one is whole.
pub(super) fn all(project: &Project) -> BTreeSet<(PathBuf, String, String)> {
    let mut found = BTreeSet::new();
    for folder in folders(project) {
        for database in ["sqlite", "postgres"] {
            let entries = std::fs::read_dir(folder.join(database))
                .into_iter()
                .flatten();
            for entry in entries.flatten() {
                if entry.path().join("up.sql").is_file() {
                    let (app, name) = split(&entry.file_name().to_string_lossy(), project);
                    found.insert((folder.clone(), app, name));
                }
            }
        }
    }
    found
}

/// Fails if a migration that others need is missing, or if somebody deleted the folders of a migration
/// but not its state.
pub(super) fn refuse_missing(project: &Project) -> Result<()> {
    let missing = migrations::missing(&project.migrations(), &BTreeSet::new());
    if let Some(text) = missing {
        return Err(Error::command(format!("nothing was written: {text}")));
    }
    refuse_left_over(project, "nothing was written")
}

/// Fails if somebody deleted the folders of a migration but not its state. The error begins with
/// `nothing`: "nothing was changed".
pub(super) fn refuse_left_over(project: &Project, nothing: &str) -> Result<()> {
    match left_over(project) {
        Some(text) => Err(Error::command(format!("{nothing}: {text}"))),
        None => Ok(()),
    }
}

/// Returns the folders with migrations of the package.
fn folders(project: &Project) -> BTreeSet<PathBuf> {
    let known = project.migrations();
    let folders = known.iter().map(|one| one.folder);
    folders
        .chain(["migrations"])
        .map(|folder| package_folder().join(folder))
        .collect()
}

/// Returns a sentence about the first file in a folder `state` that names a migration without folders.
fn left_over(project: &Project) -> Option<String> {
    for folder in folders(project) {
        let entries = std::fs::read_dir(folder.join("state"))
            .into_iter()
            .flatten();
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        let found = files
            .iter()
            .find_map(|file| left_over_state(&folder, file, project));
        let found = found.or_else(|| files.iter().find_map(|file| left_over_line(&folder, file)));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a migration has a folder for one of the databases.
fn has_folders(folder: &Path, own: &str) -> bool {
    ["sqlite", "postgres"]
        .iter()
        .any(|database| folder.join(database).join(own).is_dir())
}

/// Returns a sentence if `file` is the state of a migration without folders.
fn left_over_state(folder: &Path, file: &Path, project: &Project) -> Option<String> {
    let own = file.file_name()?.to_str()?.strip_suffix(".json")?;
    if has_folders(folder, own) {
        return None;
    }
    let (app, name) = split(own, project);
    Some(format!(
        "the migration {app}.{name} is missing, but its state is there. Restore its folders from version control, or, if no \
         database has the migration, delete {} as well",
        file.display()
    ))
}

/// Returns a sentence if `file` says that a migration without folders is the last one of its app.
fn left_over_line(folder: &Path, file: &Path) -> Option<String> {
    let app = file.file_name()?.to_str()?.strip_suffix(".latest")?;
    let text = std::fs::read_to_string(file).ok()?;
    let is_name = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    let name = text
        .lines()
        .filter(is_name)
        .find(|name| !has_folders(folder, &format!("{app}_{name}")))?;
    Some(format!(
        "the migration {app}.{name} is missing, but {} names it. Restore its folders and its state from version control, or, \
         if no database has the migration, write the name of the last migration of {app} into that file",
        file.display()
    ))
}

fn split(folder: &str, project: &Project) -> (String, String) {
    let known = project.migrations();
    let labels = project
        .apps
        .iter()
        .map(|app| app.label)
        .chain(known.iter().map(|one| one.app));
    let app = labels
        .filter(|label| {
            folder
                .strip_prefix(label)
                .is_some_and(|rest| rest.starts_with('_'))
        })
        .max_by_key(|label| label.len());
    match app {
        Some(app) => (app.to_owned(), folder[app.len() + 1..].to_owned()),
        None => (String::new(), folder.to_owned()),
    }
}
