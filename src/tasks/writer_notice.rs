//! [`WriterNotice`]: a file beside an SQLite database, which tells what a long transaction is writing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::settings::{DatabaseUrl, Settings};

/// The age at which a file is ignored, because its process was killed.
const FRESH: Duration = Duration::from_secs(15);

/// The work of a task that writes many rows in one transaction of SQLite, for everybody who waits for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WriterNotice {
    pub(super) task: i64,
    /// The work: `an import of products`.
    pub(crate) title: String,
    pub(super) done: i64,
    pub(super) total: i64,
}

impl WriterNotice {
    /// Writes the notice into a file. Another process never reads half of it.
    pub(super) fn write(&self, path: &Path) -> std::io::Result<()> {
        let new = path.with_extension("new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        fs::rename(&new, path)
    }

    /// Returns what a task writes into SQLite now; `None` if no task does, or if the database is not SQLite.
    pub(crate) fn read(settings: &Settings) -> Option<Self> {
        let path = notice_path(&settings.database_url)?;
        let age = fs::metadata(&path).ok()?.modified().ok()?.elapsed();
        if age.is_ok_and(|age| age > FRESH) {
            return None;
        }
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    /// Returns the part of the rows that is written, in percent.
    pub(crate) fn percent(&self) -> i64 {
        (self.done * 100)
            .checked_div(self.total)
            .unwrap_or_default()
    }
}

/// Returns the path of the file; `None` if the database is not SQLite.
pub(super) fn notice_path(database_url: &DatabaseUrl) -> Option<PathBuf> {
    let DatabaseUrl::Sqlite(database) = database_url else {
        return None;
    };
    let mut name = OsString::from(database.file_name()?);
    name.push("-writer.json");
    Some(database.with_file_name(name))
}
