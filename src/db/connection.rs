//! One connection type over both databases.

#![expect(missing_docs, reason = "`MultiConnection` makes undocumented items; ours are documented")]

use std::time::{Duration, Instant};

use diesel::RunQueryDsl as _;
use diesel::connection::{
    AnsiTransactionManager, Connection as _, Instrumentation, InstrumentationEvent, SimpleConnection as _,
    TransactionManager,
};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use crate::error::{Error, Result};
use crate::logging;
use crate::settings::DatabaseUrl;

/// Seconds to wait for a PostgreSQL server that does not answer, unless the URL says otherwise.
const CONNECT_TIMEOUT: u32 = 5;

/// A connection to SQLite or PostgreSQL, chosen at run time by `DATABASE_URL`.
///
/// Diesel queries run on it unchanged. What does not compile on it: `.returning(X::as_returning())` (use a plain
/// `get_result`), and `.on_conflict(…)` and inserting a `&Vec` (use [`on_conn!`](crate::on_conn)).
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Runs the same Diesel code on whichever connection is inside: for what `MultiBackend` cannot express, and for the queries
/// of the most visited pages, whose SQL [`Conn`] puts together anew each time and the connection inside only once.
#[macro_export]
macro_rules! on_conn {
    ($connection:expr, |$inner:ident| $body:expr) => {
        match $connection {
            $crate::db::Conn::Postgres($inner) => $body,
            $crate::db::Conn::Sqlite($inner) => $body,
        }
    };
}

/// How long things may take on a connection.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For one statement; zero is no limit.
    pub statement: Duration,
    /// For another writer to finish (SQLite's busy timeout).
    pub lock: Duration,
}

impl Limits {
    /// For commands that may take as long as they need.
    pub const NONE: Self = Self { statement: Duration::ZERO, lock: Duration::from_mins(5) };
}

impl Conn {
    /// Opens the database at `url`. An SQLite file that does not exist is made.
    pub fn open(url: &DatabaseUrl, limits: Limits) -> Result<Self> {
        let mut connection = match url {
            DatabaseUrl::Postgres(url) => {
                let url = url.reveal();
                let url = match (url.contains("connect_timeout="), url.contains('?')) {
                    (true, _) => url.to_owned(),
                    (false, true) => format!("{url}&connect_timeout={CONNECT_TIMEOUT}"),
                    (false, false) => format!("{url}?connect_timeout={CONNECT_TIMEOUT}"),
                };
                Self::Postgres(PgConnection::establish(&url)?)
            }
            DatabaseUrl::Sqlite(path) => {
                let path = path.to_str().ok_or_else(|| Error::command("DATABASE_URL: the path is no UTF-8"))?;
                let open = SqliteConnection::establish(path);
                Self::Sqlite(open.map_err(|error| Error::Unreachable(format!("{path}: {error}")))?)
            }
        };
        connection.set_up(limits)?;
        if log::log_enabled!(target: "nuages.sql", log::Level::Debug) || logging::keeps_queries() {
            connection.set_instrumentation(Stopwatch::default());
        }
        Ok(connection)
    }

    fn set_up(&mut self, limits: Limits) -> Result<()> {
        let (lock, statement) = (limits.lock.as_millis(), limits.statement.as_millis());
        let sql = match self {
            // The busy timeout comes first: switching to WAL may itself have to wait.
            Self::Sqlite(_) => format!(
                "PRAGMA busy_timeout = {lock}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
                 PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; \
                 PRAGMA temp_store = MEMORY; SELECT nuages_statement_timeout({statement});"
            ),
            Self::Postgres(_) => format!(
                "SET statement_timeout = {statement}; SET TIME ZONE 'UTC'; SET application_name = 'nuages'; \
                 SET client_min_messages = warning;"
            ),
        };
        if let Self::Sqlite(inner) = self {
            super::functions::register(inner)?;
        }
        self.batch_execute(&sql).map_err(Into::into)
    }

    /// Runs `work` in a transaction: committed when it returns `Ok`, rolled back when it returns `Err`.
    ///
    /// SQLite takes the write lock at once (`BEGIN IMMEDIATE`), so that a transaction that reads and then writes cannot
    /// fail halfway. Inside another transaction it is a savepoint.
    pub fn atomic<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        type Manager = <Conn as diesel::Connection>::TransactionManager;
        let nested = Manager::transaction_manager_status_mut(self).transaction_depth()?.is_some();
        match self {
            Self::Sqlite(inner) if !nested => AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")?,
            _ => Manager::begin_transaction(self)?,
        }
        match work(self) {
            Ok(value) => {
                Manager::commit_transaction(self)?;
                Ok(value)
            }
            Err(error) => {
                if let Err(rollback) = Manager::rollback_transaction(self) {
                    log::error!(target: "nuages.sql", "rollback failed: {rollback}");
                }
                Err(error)
            }
        }
    }

    /// Runs `work`, which fails at once where it would have to wait for another writer of an SQLite database.
    pub fn without_waiting<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let Self::Sqlite(inner) = self else { return work(self) };
        let usual: i64 = sql::<BigInt>("PRAGMA busy_timeout").get_result(inner)?;
        inner.batch_execute("PRAGMA busy_timeout = 0")?;
        let done = work(self);
        self.batch_execute(&format!("PRAGMA busy_timeout = {usual}"))?;
        done
    }

    /// `"SQLite"` or `"PostgreSQL"`.
    pub fn vendor(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Sqlite(_) => "SQLite",
        }
    }
}

/// Times statements, for the log (`nuages.sql` at debug) and the debug page.
#[derive(Default)]
struct Stopwatch(Option<Instant>);

impl Instrumentation for Stopwatch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.0 = Some(Instant::now()),
            InstrumentationEvent::FinishQuery { query, .. } => {
                let took = self.0.take().map(|began| began.elapsed()).unwrap_or_default();
                log::debug!(target: "nuages.sql", "{:.3} ms {query}", took.as_secs_f64() * 1e3);
                logging::Context::record(|| query.to_string(), took);
            }
            _ => {}
        }
    }
}
