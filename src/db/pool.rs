//! The connections of a queue, in an `r2d2` pool.
//!
//! `r2d2` opens a connection when a job needs one, retries while the server refuses connections,
//! checks each connection before a job gets it, and closes those that broke or were idle for long.
//! But it counts a connection until it is given back, and a statement on a stopped server never
//! ends. So this module adds a [`Lease`], which frees the place of such a connection without the
//! connection.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::R2D2Connection as _;
use r2d2::{ManageConnection, NopErrorHandler, PooledConnection};

use super::connection::Conn;
use super::limits::Limits;
use super::pulse;
use super::read_only::is_immutable;
use super::worker::locked;
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::{DatabaseUrl, Settings};

/// Time that SQLite waits for another program that writes: shorter than a visitor would wait, longer
/// than any of our transactions.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was idle for this time is closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(10);
/// A PostgreSQL connection that was idle for this time must answer a ping before a job uses it.
const PING_AFTER: Duration = Duration::from_secs(1);
/// The shortest time that a job waits for a new connection.
const MIN_WAIT: Duration = Duration::from_millis(100);
/// Additional time that a job waits for a connection attempt that is still in progress.
const OPENING: Duration = Duration::from_secs(5);
/// The interval between two log lines about the same connection failure.
const LOG_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The connections of one queue.
pub(super) struct Connections {
    pool: r2d2::Pool<Manager>,
    failure: Arc<LastFailure>,
    read_only: bool,
}

impl Connections {
    /// Creates a pool for `places` connections, each opened when a job needs it.
    ///
    /// If `read_only` is true, SQLite refuses to write on these connections.
    pub(super) fn new(settings: &Settings, places: u32, read_only: bool) -> Self {
        let failure = Arc::new(LastFailure::default());
        let manager = Manager::new(settings, read_only, Arc::clone(&failure));

        let pool = r2d2::Pool::builder()
            .max_size(places)
            .min_idle(Some(0))
            .idle_timeout(Some(IDLE_TIMEOUT))
            .max_lifetime(None)
            .test_on_check_out(true)
            .connection_timeout(settings.conn_wait_timeout.max(MIN_WAIT))
            // `Manager` reports errors itself.
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(manager);
        Self {
            pool,
            failure,
            read_only,
        }
    }

    /// Whether these connections can only read an SQLite database.
    pub(super) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Runs `job` with a working connection, which `lease` holds meanwhile.
    ///
    /// Closes the connection if a job panicked, or if a job failed and the connection no longer
    /// works.
    pub(super) fn run<T>(
        &self,
        lease: &Lease,
        job: impl FnOnce(&mut Conn) -> Result<T>,
    ) -> Result<T> {
        let mut conn = self.take(lease)?;
        let done = conn.run_job(job);

        let failed = matches!(
            &done,
            Err(Error::Database(_) | Error::Unreachable(_) | Error::StatementTimeout)
        );
        // Close the connection: a new one will find out whether the database is still read-only.
        let is_refused = matches!(&done, Err(Error::ReadOnly(_)));
        let is_kept = !is_refused && (!failed || answers(&mut conn));
        lease.end(is_kept.then_some(conn));
        done
    }

    /// Takes a connection from the pool.
    ///
    /// A ping may never return if the server is stopped. So it is sent while `lease` holds the
    /// connection, and not in [`Manager::is_valid`], where the watchdog could not free the
    /// connection's place.
    fn take(&self, lease: &Lease) -> Result<Conn> {
        loop {
            let mut pooled = self.get()?;
            let last_used = pooled.last_used;
            let Some(mut conn) = pooled.conn.take() else {
                continue;
            };
            lease.begin(pooled);
            let works = !conn.is_remote() || last_used.elapsed() < PING_AFTER || answers(&mut conn);

            // The watchdog has already answered the request of this job, so the job must not run.
            if pulse::is_given_up() {
                lease.end(works.then_some(conn));
                return Err(Error::StatementTimeout);
            }
            if works {
                return Ok(conn);
            }
            lease.end(None);
        }
    }

    /// Gets a connection, and waits up to `CONN_WAIT_TIMEOUT` for a server that refuses
    /// connections, because it may be starting.
    fn get(&self) -> Result<PooledConnection<Manager>> {
        if let Ok(pooled) = self.pool.get() {
            return Ok(pooled);
        }
        if let Some(reason) = self.failure.reason() {
            return Err(reason);
        }
        let timeout = |error: r2d2::Error| Error::Unreachable(error.to_string());
        self.pool
            .get_timeout(OPENING)
            .map_err(|error| self.failure.reason().unwrap_or_else(|| timeout(error)))
    }
}

/// Opens and checks the connections of one pool.
pub(super) struct Manager {
    url: DatabaseUrl,
    limits: Limits,
    read_only: bool,
    failure: Arc<LastFailure>,
}

impl Manager {
    fn new(settings: &Settings, read_only: bool, failure: Arc<LastFailure>) -> Self {
        let limits = Limits {
            statement: settings.statement_timeout,
            lock: LOCK_TIMEOUT,
        };
        Self {
            url: settings.database_url.clone(),
            limits,
            read_only,
            failure,
        }
    }

    fn open(&self) -> Result<Conn> {
        let mut conn = Conn::open(&self.url, self.limits)?;
        if self.read_only {
            conn.batch_execute("PRAGMA query_only = ON")?;
        }
        Ok(conn)
    }
}

/// Opens and closes one connection, to check that the database can be reached.
pub(super) fn try_to_connect(settings: &Settings) -> Result<()> {
    let is_sqlite = matches!(settings.database_url, DatabaseUrl::Sqlite(_));
    Manager::new(settings, is_sqlite, Arc::default())
        .open()
        .map(drop)
}

/// A connection in the pool.
pub(super) struct Pooled {
    /// `None` while a job uses the connection, and afterwards if the connection must be closed.
    conn: Option<Conn>,
    last_used: Instant,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled> {
        let opened = self.open();
        self.failure.note(opened.as_ref().err());
        Ok(Pooled {
            conn: Some(opened?),
            last_used: Instant::now(),
        })
    }

    /// Checks a connection before a job gets it, without a request to the server.
    fn is_valid(&self, pooled: &mut Pooled) -> Result<()> {
        let is_fresh = pooled.last_used.elapsed() < PING_AFTER;
        let is_usable = |conn: &mut Conn| conn.is_open() && (is_fresh || !is_snapshot(conn));
        if pooled.conn.as_mut().is_some_and(is_usable) {
            Ok(())
        } else {
            Err(Error::Unreachable("the connection was closed".to_owned()))
        }
    }

    /// Decides after a job whether its connection must be closed. [`Connections::run`] has sent a
    /// ping if the job failed.
    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking()
            || pooled
                .conn
                .as_mut()
                .is_none_or(|conn| conn.is_broken() || is_snapshot(conn))
    }
}

/// A connection taken from the pool. The thread that runs a job and the watchdog share it.
#[derive(Default)]
pub(super) struct Lease(Mutex<Option<PooledConnection<Manager>>>);

impl Lease {
    /// Takes over the pool's place of a connection that a job uses from now on.
    fn begin(&self, pooled: PooledConnection<Manager>) {
        *locked(&self.0) = Some(pooled);
    }

    /// Frees the place in the pool, and gives `conn` back if the connection can be used again. If
    /// the watchdog has freed the place already, `conn` is closed.
    pub(super) fn end(&self, conn: Option<Conn>) {
        let pooled = locked(&self.0).take();
        if let Some(mut pooled) = pooled {
            pooled.conn = conn;
            pooled.last_used = Instant::now();
        }
    }
}

/// The reason why the last attempt to open a connection failed.
#[derive(Default)]
struct LastFailure(Mutex<Option<Failure>>);

struct Failure {
    error: Error,
    logged: Instant,
}

impl LastFailure {
    /// Records the result of an attempt. Logs each new reason at once, and the same reason at
    /// intervals.
    fn note(&self, error: Option<&Error>) {
        let mut last = locked(&self.0);
        let Some(error) = error.map(copy_of) else {
            if last.take().is_some() {
                log::info!(target: "nuages.db", "the database can be reached again");
            }
            return;
        };

        let logged = last
            .as_ref()
            .filter(|last| last.error.to_string() == error.to_string())
            .map(|last| last.logged);
        let is_due = logged.is_none_or(|logged| logged.elapsed() > LOG_AGAIN_AFTER);
        if is_due {
            log::warn!(target: "nuages.db", "no connection yet: {error}");
        }
        let logged = if is_due {
            Instant::now()
        } else {
            logged.unwrap_or_else(Instant::now)
        };
        *last = Some(Failure { error, logged });
    }

    fn reason(&self) -> Option<Error> {
        locked(&self.0)
            .as_ref()
            .map(|failure| copy_of(&failure.error))
    }
}

/// Copies an error for each request that waits for the same connection.
fn copy_of(error: &Error) -> Error {
    match error {
        Error::Busy => Error::Busy,
        Error::ReadOnly(text) => Error::ReadOnly(text.clone()),
        Error::DiskFull(text) => Error::DiskFull(text.clone()),
        Error::Unreachable(text) => Error::Unreachable(text.clone()),
        error => Error::Unreachable(error.to_string()),
    }
}

/// Whether the connection uses a file that SQLite opened as immutable: it must not be used for
/// longer than one job.
fn is_snapshot(conn: &Conn) -> bool {
    !conn.is_remote() && is_immutable()
}

/// Sends a ping, which is not recorded among the statements of the request.
fn answers(conn: &mut Conn) -> bool {
    Context::enter(None, || conn.ping().is_ok())
}
