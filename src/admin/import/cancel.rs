//! [`CancelNotice`]: tells a worker that is writing rows into SQLite that the user has cancelled the import.
//!
//! A transaction of SQLite lets nobody else write, so the new state of the import cannot be committed before the transaction
//! ends. The notice is a file beside the database, which the worker looks for between two batches. PostgreSQL needs none:
//! there the worker sees the new state.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::settings::{DatabaseUrl, Settings};

/// A file that says that an import is cancelled. It is removed when the value is dropped.
#[derive(Debug)]
pub(super) struct CancelNotice(Option<PathBuf>);

impl CancelNotice {
    /// Posts the notice for the import with this primary key.
    pub(super) fn post(settings: &Settings, import: i64) -> Self {
        let path = path(settings, import).filter(|path| {
            let posted = std::fs::write(path, "");
            if let Err(error) = &posted {
                log::warn!(target: "nuages.admin", "{}: {error}", path.display());
            }
            posted.is_ok()
        });
        Self(path)
    }

    /// Whether there is a notice for the import with this primary key.
    pub(super) fn exists(settings: &Settings, import: i64) -> bool {
        path(settings, import).is_some_and(|path| path.exists())
    }

    /// Removes a notice that a process has left behind.
    pub(super) fn remove(settings: &Settings, import: i64) {
        drop(Self(path(settings, import)));
    }
}

impl Drop for CancelNotice {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = std::fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            log::warn!(target: "nuages.admin", "{}: {error}", path.display());
        }
    }
}

/// Returns the path of the notice; `None` if the database is not SQLite.
fn path(settings: &Settings, import: i64) -> Option<PathBuf> {
    let DatabaseUrl::Sqlite(database) = &settings.database_url else {
        return None;
    };
    let mut name = OsString::from(database.file_name()?);
    name.push(format!("-import-{import}-cancelled"));
    Some(database.with_file_name(name))
}
