//! The folders of migrations in the package of a site.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::project::Project;
use crate::settings::package_folder;

/// Returns each migration in the folders of the package: its folder, its app and its name. The app is
/// the longest label of an installed app with which the folder's name begins; the name of a folder
/// without one is whole.
pub(super) fn all(project: &Project) -> BTreeSet<(PathBuf, String, String)> {
    let known = project.migrations();
    let folders: BTreeSet<&str> = known
        .iter()
        .map(|one| one.folder)
        .chain(["migrations"])
        .collect();
    let mut found = BTreeSet::new();
    for folder in folders {
        let folder = package_folder().join(folder);
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
