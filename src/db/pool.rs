//! The pool's manager: opens exactly the database that the URL names, and lets go of connections that broke.

use std::time::Duration;

use diesel::r2d2::{ManageConnection, R2D2Connection as _};

use super::connection::{Conn, Limits};
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::{DatabaseUrl, Settings};

pub(super) type Pool = r2d2::Pool<Manager>;

/// How long SQLite waits for another writer: shorter than a visitor's patience, longer than any transaction of ours.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Manager {
    url: DatabaseUrl,
    limits: Limits,
}

/// A connection in the pool. It is not tested on every check-out (that costs a round trip), but when a job failed.
pub(super) struct Slot {
    pub(super) connection: Conn,
    broken: bool,
}

impl Slot {
    /// Looks whether the connection still works after a job failed on it.
    pub(super) fn examine(&mut self) {
        // Not one of the statements that the request asked for.
        self.broken = Context::enter(None, || self.connection.ping().is_err());
    }
}

impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = Error;

    fn connect(&self) -> Result<Slot> {
        Conn::open(&self.url, self.limits).map(|connection| Slot { connection, broken: false })
    }

    fn is_valid(&self, slot: &mut Slot) -> Result<()> {
        slot.connection.ping().map_err(Into::into)
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.broken || std::thread::panicking() || slot.connection.is_broken()
    }
}

/// Opens one connection now, so that a wrong URL is told with its real error, and the others when they are needed.
pub(super) fn open(settings: &Settings) -> Result<Pool> {
    let limits = Limits { statement: settings.statement_timeout, lock: LOCK_TIMEOUT };
    let manager = Manager { url: settings.database_url.clone(), limits };
    drop(manager.connect()?);
    Ok(r2d2::Pool::builder()
        .max_size(settings.conn_pool_size)
        .min_idle(Some(1))
        .idle_timeout(Some(Duration::from_mins(10)))
        .max_lifetime(None)
        .test_on_check_out(false)
        .connection_timeout(settings.conn_wait_timeout.max(Duration::from_millis(100)))
        .error_handler(Box::new(LogErrors))
        .build_unchecked(manager))
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<Error> for LogErrors {
    fn handle_error(&self, error: Error) {
        log::error!(target: "nuages.db", "{error}");
    }
}
