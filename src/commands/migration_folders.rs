//! The folders of migrations in the package of a site.

use std::collections::BTreeSet;
use std::path::Path;

use crate::project::Project;

/// Returns the app and the name of each migration below `folder`. The app is the longest label of an
/// installed app with which the folder's name begins; the name of a folder without one is whole.
pub(super) fn all(folder: &Path, project: &Project) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for database in ["sqlite", "postgres"] {
        let entries = std::fs::read_dir(folder.join(database))
            .into_iter()
            .flatten();
        for entry in entries.flatten() {
            if entry.path().join("up.sql").is_file() {
                found.insert(split(&entry.file_name().to_string_lossy(), project));
            }
        }
    }
    found
}

fn split(folder: &str, project: &Project) -> (String, String) {
    let labels = project.apps.iter().map(|app| app.label).chain(
        project
            .migrations()
            .iter()
            .map(|one| one.app)
            .collect::<Vec<_>>(),
    );
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
