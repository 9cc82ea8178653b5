//! One connection type over both databases.

#![expect(
    missing_docs,
    reason = "`MultiConnection` makes undocumented items; ours are documented"
)]

use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use super::limits::Limits;
use super::postgres;
use super::postgres_connection::PostgresConnection;
use super::timing::Stopwatch;
use crate::error::{Error, Result};
use crate::settings::DatabaseUrl;

/// Lets readers of an SQLite database continue during a write.
const WAL: &str = "PRAGMA journal_mode = WAL;";

/// A connection to SQLite or PostgreSQL, chosen at run time by `DATABASE_URL`.
///
/// Diesel queries run on it unchanged, with some exceptions that do not compile:
/// `.returning(X::as_returning())` (use a plain `get_result`), and `.on_conflict(…)` and inserting
/// a `&Vec` (use [`on_conn!`](crate::on_conn)).
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL.
    Postgres(PostgresConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Runs the same Diesel code on the inner connection, of either database. Use it for code that
/// `MultiBackend` cannot express, and for the queries of the most visited pages: [`Conn`] builds
/// their SQL on each call, the inner connection only once.
#[macro_export]
macro_rules! on_conn {
    ($connection:expr, |$inner:ident| $body:expr) => {
        match $connection {
            $crate::db::Conn::Postgres($inner) => $body,
            $crate::db::Conn::Sqlite($inner) => $body,
        }
    };
}

impl Conn {
    /// Opens the database at `url`. Creates an SQLite file that does not exist.
    pub fn open(url: &DatabaseUrl, limits: Limits) -> Result<Self> {
        let mut connection = match url {
            DatabaseUrl::Postgres(url) => Self::Postgres(PostgresConnection::open(url, limits)?),
            DatabaseUrl::Sqlite(path) => {
                let path = path
                    .to_str()
                    .ok_or_else(|| Error::command("DATABASE_URL: the path is no UTF-8"))?;
                let open = SqliteConnection::establish(path);
                Self::Sqlite(open.map_err(|error| Error::Unreachable(format!("{path}: {error}")))?)
            }
        };
        match (connection.set_up(limits, WAL), url) {
            (Ok(()), _) => {}
            (Err(Error::ReadOnly(_)), DatabaseUrl::Sqlite(path)) => {
                return Self::open_to_read(path, limits);
            }
            (Err(error), _) => return Err(error),
        }
        Ok(connection)
    }

    /// Sets the options of an SQLite connection. `journal` is [`WAL`], or "" if no journal can be
    /// written.
    pub(super) fn set_up(&mut self, limits: Limits, journal: &str) -> Result<()> {
        let Self::Sqlite(inner) = self else {
            return Ok(());
        };
        super::functions::register(inner)?;
        // The busy timeout comes first, because switching to WAL may have to wait.
        let (lock, statement) = (limits.lock.as_millis(), limits.statement.as_millis());
        inner.batch_execute(&format!(
            "PRAGMA busy_timeout = {lock}; {journal} PRAGMA synchronous = NORMAL; \
             PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; \
             PRAGMA temp_store = MEMORY; SELECT nuages_statement_timeout({statement});"
        ))?;
        if let Some(stopwatch) = Stopwatch::if_wanted() {
            inner.set_instrumentation(stopwatch);
        }
        Ok(())
    }

    /// Whether the connection is open, as far as that is visible without asking the server: reads
    /// data that has arrived, and does not wait.
    pub(super) fn is_open(&mut self) -> bool {
        match self {
            Self::Postgres(inner) => inner.is_open(),
            Self::Sqlite(_) => true,
        }
    }

    /// Runs `job`, whose first statement is repeated on a new connection if this one was lost.
    pub(super) fn run_job<T>(&mut self, job: impl FnOnce(&mut Self) -> T) -> T {
        if let Self::Postgres(inner) = self {
            inner.begin_job();
        }
        let done = job(self);
        if let Self::Postgres(inner) = self {
            inner.end_job();
        }
        done
    }

    /// Whether a connection pooler in transaction mode is in front of the server at `url`, to which
    /// this connection is open; see `CONN_TRANSACTION_POOLING`.
    pub fn is_pooled(&mut self, url: &DatabaseUrl) -> Result<bool> {
        match (self, url) {
            (Self::Postgres(inner), DatabaseUrl::Postgres(url)) => {
                postgres::is_pooled(inner.inner(), url)
            }
            _ => Ok(false),
        }
    }

    /// Whether the connection is to a database server.
    pub(super) fn is_remote(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs `work`, which fails at once instead of waiting for another writer of an SQLite
    /// database.
    pub fn without_waiting<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.waiting_at_most(Duration::ZERO, work)
    }

    /// Runs `work`, which fails if it would wait longer than `wait` for another writer of an SQLite
    /// database.
    pub(super) fn waiting_at_most<T>(
        &mut self,
        wait: Duration,
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let Self::Sqlite(inner) = self else {
            return work(self);
        };
        let usual: i64 = sql::<BigInt>("PRAGMA busy_timeout").get_result(inner)?;
        inner.batch_execute(&format!("PRAGMA busy_timeout = {}", wait.as_millis()))?;
        let done = work(self);
        self.batch_execute(&format!("PRAGMA busy_timeout = {usual}"))?;
        done
    }

    /// Returns `"SQLite"` or `"PostgreSQL"`.
    pub fn vendor(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "PostgreSQL",
            Self::Sqlite(_) => "SQLite",
        }
    }
}
