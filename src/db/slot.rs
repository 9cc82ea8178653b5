//! The connection that each database thread keeps for itself.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::R2D2Connection as _;

use super::connection::{Conn, Limits};
use super::read_only::is_immutable;
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::{DatabaseUrl, Settings};

/// How long SQLite waits for another program that writes: shorter than a visitor's patience, longer than any transaction
/// of ours.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was not used for this time is closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(10);
/// A PostgreSQL connection that was not used for this time must answer a ping before a job uses it.
const PING_AFTER: Duration = Duration::from_secs(1);
/// The first pause after PostgreSQL refused a connection; each further pause is twice as long, up to the second value.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Opens the connections of one queue.
pub(super) struct Opener {
    url: DatabaseUrl,
    limits: Limits,
    /// SQLite refuses to write on these connections.
    read_only: bool,
    /// How long a job waits for PostgreSQL to accept a connection, such as while the server restarts.
    wait: Duration,
}

impl Opener {
    pub(super) fn new(settings: &Settings, read_only: bool) -> Self {
        let limits = Limits { statement: settings.statement_timeout, lock: LOCK_TIMEOUT };
        Self { url: settings.database_url.clone(), limits, read_only, wait: settings.conn_wait_timeout }
    }

    /// Whether this is for the connections that only read an SQLite database.
    pub(super) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Opens a connection, or returns the reason why that is impossible.
    pub(super) fn open(&self) -> Result<Conn> {
        let mut conn = Conn::open(&self.url, self.limits)?;
        if self.read_only {
            conn.batch_execute("PRAGMA query_only = ON")?;
        }
        Ok(conn)
    }

    /// Opens a connection. Waits for a PostgreSQL server that refuses connections, because it may be starting.
    fn open_patiently(&self) -> Result<Conn> {
        let deadline = Instant::now() + self.wait;
        let mut pause = RETRY.0;
        loop {
            match self.open() {
                Err(Error::Unreachable(why))
                    if matches!(self.url, DatabaseUrl::Postgres(_)) && Instant::now() + pause < deadline =>
                {
                    log::warn!(target: "nuages.db", "no connection yet: {why}");
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(RETRY.1);
                }
                outcome => return outcome,
            }
        }
    }
}

/// A thread's connection while no job uses it, and when the last job ended.
#[derive(Default)]
pub(super) struct Slot(Option<(Conn, Instant)>);

impl Slot {
    /// Runs `job` with the connection of this thread, or with a new one if the server has closed it.
    ///
    /// A connection on which a job panicked, or that no longer works after a job failed, is closed.
    pub(super) fn run<T>(&mut self, opener: &Opener, job: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = match self.take() {
            Some(conn) => conn,
            None => opener.open_patiently()?,
        };
        let done = job(&mut conn);
        let failed = matches!(&done, Err(Error::Database(_) | Error::Unreachable(_) | Error::StatementTimeout));
        // It may be possible to write again: a new connection will tell.
        let is_read_only = matches!(&done, Err(Error::ReadOnly(_))) || (!conn.is_remote() && is_immutable());
        if !is_read_only && !conn.is_broken() && (!failed || answers(&mut conn)) {
            self.0 = Some((conn, Instant::now()));
        }
        done
    }

    /// Takes the connection out, if it still works.
    fn take(&mut self) -> Option<Conn> {
        let (mut conn, used) = self.0.take()?;
        let works = conn.is_open() && (used.elapsed() < PING_AFTER || !conn.is_remote() || answers(&mut conn));
        works.then_some(conn)
    }

    /// Closes a connection that nobody has used for long, or that the server has closed.
    pub(super) fn look_after(&mut self) {
        if self.0.as_mut().is_some_and(|(conn, used)| used.elapsed() > IDLE_TIMEOUT || !conn.is_open()) {
            self.0 = None;
        }
    }
}

/// Asks the database for an answer. The statement is not one of those that the request asked for.
fn answers(conn: &mut Conn) -> bool {
    Context::enter(None, || conn.ping().is_ok())
}
