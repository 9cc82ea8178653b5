//! Opens databases that can be read but not written.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::SqliteConnection;

use super::{Conn, Limits};
use crate::error::{Error, Result};
use crate::python::quote;

/// Whether the file was last opened as immutable.
static IMMUTABLE: AtomicBool = AtomicBool::new(false);

/// Whether connections may not see changes of the file: then do not use one for longer than one
/// job.
pub(super) fn is_immutable() -> bool {
    IMMUTABLE.load(Ordering::Relaxed)
}

impl Conn {
    /// Opens an SQLite file in a folder that is not writable.
    ///
    /// A file in WAL mode needs its `-wal` and `-shm` files even for reading. If they are missing
    /// and cannot be created, the file is opened as immutable.
    pub(super) fn open_to_read(path: &Path, limits: Limits) -> Result<Self> {
        let path = path
            .to_str()
            .ok_or_else(|| Error::command("DATABASE_URL: the path is not UTF-8"))?;
        let file = quote(path);
        let shared = open(&format!("file:{file}?mode=ro"), limits);
        IMMUTABLE.store(shared.is_err(), Ordering::Relaxed);
        match shared {
            Err(Error::ReadOnly(_)) => open(&format!("file:{file}?mode=ro&immutable=1"), limits),
            other => other,
        }
    }

    /// Whether the database is read-only.
    pub fn is_read_only(&mut self) -> Result<bool> {
        match self {
            Self::Sqlite(inner) => {
                // SQLite can begin a transaction even if it cannot write, so try to write and roll
                // back.
                let tried = inner
                    .batch_execute("BEGIN IMMEDIATE; PRAGMA user_version = 0;")
                    .map_err(Error::from);
                let ended = inner.batch_execute("ROLLBACK").map_err(Error::from);
                match tried {
                    Ok(()) => ended.map(|()| false),
                    Err(Error::Busy) => Ok(false),
                    Err(Error::ReadOnly(_)) => Ok(true),
                    Err(error) => Err(error),
                }
            }
            Self::Postgres(inner) => {
                let setting = sql::<Bool>("SELECT current_setting('transaction_read_only') = 'on'");
                Ok(setting.get_result(inner)?)
            }
        }
    }
}

fn open(url: &str, limits: Limits) -> Result<Conn> {
    let inner = SqliteConnection::establish(url)
        .map_err(|error| Error::Unreachable(format!("{url}: {error}")))?;
    let mut connection = Conn::Sqlite(inner);
    connection.set_up(limits, "")?;
    // The first statement that reads opens the file.
    connection.batch_execute("SELECT 1 FROM sqlite_master LIMIT 1")?;
    Ok(connection)
}
