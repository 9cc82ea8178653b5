//! Watches the files that a site is compiled from.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::target::Target;
use crate::error::{Error, Result};

/// The files directly in the folder of the package that matter.
const OF_PACKAGE: [&str; 5] = [
    "Cargo.toml",
    "build.rs",
    "askama.toml",
    "diesel.toml",
    ".env",
];
/// Folders of the package that hold no source code.
const WITHOUT_SOURCES: [&str; 3] = ["target", "node_modules", "media"];

/// An event that the supervisor waits for.
#[derive(Debug)]
pub(super) enum News {
    /// A file changed.
    Changed(PathBuf),
    /// SIGINT or SIGTERM.
    Stop,
}

/// Watches files until it is dropped.
pub(super) struct Watch {
    _watcher: RecommendedWatcher,
    /// The number of watched folders, of which some are watched with all folders below them.
    pub(super) folders: usize,
}

impl Watch {
    /// Sends the path of each file that changes.
    pub(super) fn new(target: &Target, media: &Path, news: Sender<News>) -> Result<Self> {
        let package = target.package.clone();
        let failed = |error: notify::Error| Error::command(format!("cannot watch files: {error}"));
        let mut watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                let Ok(event) = event else { return };
                let is_change = match event.kind {
                    EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
                    _ => true,
                };
                let changed = event
                    .paths
                    .into_iter()
                    .find(|path| is_source(path, &package));
                if let Some(path) = changed.filter(|_| is_change) {
                    // The supervisor has ended if nobody receives.
                    let _ = news.send(News::Changed(path));
                }
            })
            .map_err(failed)?;

        let below = folders_of(&target.package, &target.folder, media);
        let beside: BTreeSet<PathBuf> = target
            .files_elsewhere()
            .iter()
            .filter_map(|file| file.parent().map(Path::to_owned))
            .filter(|folder| folder.is_dir())
            .collect();
        watcher
            .watch(&target.package, RecursiveMode::NonRecursive)
            .map_err(failed)?;
        for folder in &below {
            watcher
                .watch(folder, RecursiveMode::Recursive)
                .map_err(failed)?;
        }
        for folder in &beside {
            watcher
                .watch(folder, RecursiveMode::NonRecursive)
                .map_err(failed)?;
        }
        Ok(Self {
            _watcher: watcher,
            folders: below.len() + beside.len() + 1,
        })
    }
}

/// Returns the folders of the package that may hold source code.
fn folders_of(package: &Path, target: &Path, media: &Path) -> Vec<PathBuf> {
    let media = media.canonicalize().ok();
    let entries = std::fs::read_dir(package).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && path != target && Some(path) != media.as_ref())
        .filter(|path| {
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or(".");
            !name.starts_with('.') && !WITHOUT_SOURCES.contains(&name)
        })
        .collect()
}

/// Whether the program may depend on this file. Databases, and the temporary files of editors do not
/// count.
fn is_source(path: &Path, package: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or(".");
    if path.parent() == Some(package) {
        return OF_PACKAGE.contains(&name);
    }
    let is_of_editor = name.starts_with('.')
        || name.ends_with('~')
        || name.chars().all(|c| c.is_ascii_digit())
        || [".swp", ".swx", ".tmp", ".bak"]
            .iter()
            .any(|ending| name.ends_with(ending));
    !is_of_editor && !name.contains(".sqlite3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_editors_and_databases_are_no_sources() {
        let package = Path::new("/site");
        for source in [
            "Cargo.toml",
            ".env",
            "src/main.rs",
            "templates/a.html",
            "static/x.css",
        ] {
            assert!(is_source(&package.join(source), package), "{source}");
        }
        for other in [
            "db.sqlite3-wal",
            "notes.txt",
            "src/.main.rs.swp",
            "src/main.rs~",
            "src/4913",
            "data/db.sqlite3",
        ] {
            assert!(!is_source(&package.join(other), package), "{other}");
        }
    }
}
