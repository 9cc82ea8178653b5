//! [`PostgresConnection`]: a connection that repeats the first statement of a job on a new connection.

use std::any::Any;

use diesel::QueryResult;
use diesel::connection::{
    AnsiTransactionManager, CacheSize, Connection, DefaultLoadingMode, Instrumentation,
    LoadConnection, SimpleConnection,
};
use diesel::expression::QueryMetadata;
use diesel::internal::derives::multiconnection::{ConnectionSealed, MultiConnectionHelper};
use diesel::migration::MigrationConnection;
use diesel::pg::{Pg, PgConnection, PgQueryBuilder, PgRowByRowLoadingMode};
use diesel::query_builder::{Query, QueryBuilder as _, QueryFragment, QueryId};
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::TypeMetadata;

use super::limits::Limits;
use super::postgres;
use super::pulse::{self, Heartbeat};
use super::timing::Stopwatch;
use crate::error::Result;
use crate::logging::Context;
use crate::settings::PostgresUrl;

type Lookup = <Pg as TypeMetadata>::MetadataLookup;

/// A connection to PostgreSQL.
///
/// The server may end a connection between the check before a job and the job's first statement.
/// If that statement cannot have changed anything, because it is a SELECT or begins a transaction,
/// it is sent again, once, on a new connection (docs/adr/0020). All other statements fail, because
/// they may have taken effect.
///
/// So a SELECT that calls a function which writes belongs into a transaction.
#[expect(
    missing_debug_implementations,
    reason = "Diesel's connections have none"
)]
pub struct PostgresConnection {
    inner: PgConnection,
    url: PostgresUrl,
    limits: Limits,
    /// Whether a job has the connection and has not sent a statement yet.
    is_at_start_of_job: bool,
}

impl PostgresConnection {
    /// Opens a connection to the server at `url`.
    pub(super) fn open(url: &PostgresUrl, limits: Limits) -> Result<Self> {
        Ok(Self {
            inner: open(url, limits)?,
            url: url.clone(),
            limits,
            is_at_start_of_job: false,
        })
    }

    /// The next statement is the first one of a job.
    pub(super) fn begin_job(&mut self) {
        self.is_at_start_of_job = true;
    }

    /// The job has ended.
    pub(super) fn end_job(&mut self) {
        self.is_at_start_of_job = false;
    }

    /// Whether the connection is open, as far as that is visible without asking the server: reads
    /// data that has arrived, and does not wait.
    pub(super) fn is_open(&mut self) -> bool {
        // The first read may only return the reason why the server closes the connection; the
        // second one then notices the end.
        (0..2).all(|_| {
            self.inner
                .notifications_iter()
                .all(|notification| notification.is_ok())
        })
    }

    /// Returns Diesel's connection.
    pub(super) fn inner(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// Returns true for the first statement of a job, once.
    fn takes_first_statement(&mut self) -> bool {
        std::mem::take(&mut self.is_at_start_of_job)
    }

    /// Replaces the connection by a new one if the server no longer answers on it. Returns whether
    /// it did.
    fn renew_if_lost(&mut self) -> bool {
        // The watchdog has already answered the request of this job, so the job should end.
        if pulse::is_given_up() || Context::enter(None, || self.inner.ping().is_ok()) {
            return false;
        }

        // The watchdog counts the time of the attempt, which may wait for a stopped server.
        pulse::waiting_begins();
        let opened = open(&self.url, self.limits);
        pulse::waiting_ends();
        match opened {
            // The watchdog may have answered the request meanwhile.
            Ok(_) if pulse::is_given_up() => false,
            Ok(inner) => {
                log::info!(
                    target: "nuages.db",
                    "a connection was lost before the first statement of its job, which is repeated on a new connection"
                );
                self.inner = inner;
                true
            }
            Err(error) => {
                log::warn!(target: "nuages.db", "a connection was lost, and no new one can be opened: {error}");
                false
            }
        }
    }
}

/// Opens a connection and observes its statements.
fn open(url: &PostgresUrl, limits: Limits) -> Result<PgConnection> {
    let mut inner = postgres::open(url, limits)?;
    super::text::find_collation(&mut inner);
    inner.set_instrumentation(Heartbeat {
        stopwatch: Stopwatch::if_wanted(),
    });
    Ok(inner)
}

/// Whether the statement can be sent a second time although its first answer was lost.
fn is_repeatable(sql: &str) -> bool {
    let sql = sql.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
    ["SELECT ", "BEGIN"].iter().any(|start| {
        sql.get(..start.len())
            .is_some_and(|first| first.eq_ignore_ascii_case(start))
    })
}

/// Whether the query can be sent a second time although its first answer was lost.
fn is_repeatable_query(query: &impl QueryFragment<Pg>) -> bool {
    let mut sql = PgQueryBuilder::default();
    query.to_sql(&mut sql, &Pg).is_ok() && is_repeatable(&sql.finish())
}

impl SimpleConnection for PostgresConnection {
    fn batch_execute(&mut self, query: &str) -> QueryResult<()> {
        let is_first = self.takes_first_statement();
        let done = self.inner.batch_execute(query);
        if done.is_err() && is_first && is_repeatable(query) && self.renew_if_lost() {
            return self.inner.batch_execute(query);
        }
        done
    }
}

impl ConnectionSealed for PostgresConnection {}

impl Connection for PostgresConnection {
    type Backend = Pg;
    type TransactionManager = AnsiTransactionManager;

    /// Opens a connection without the parameters of the settings; use
    /// [`Conn::open`](super::Conn::open).
    fn establish(_url: &str) -> diesel::ConnectionResult<Self> {
        Err(diesel::ConnectionError::InvalidConnectionUrl(
            "Conn::open opens a connection".to_owned(),
        ))
    }

    fn execute_returning_count<T>(&mut self, source: &T) -> QueryResult<usize>
    where
        T: QueryFragment<Pg> + QueryId,
    {
        let is_first = self.takes_first_statement();
        let done = self.inner.execute_returning_count(source);
        if done.is_err() && is_first && is_repeatable_query(source) && self.renew_if_lost() {
            return self.inner.execute_returning_count(source);
        }
        done
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        self.inner.transaction_state()
    }

    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        self.inner.instrumentation()
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.inner.set_instrumentation(instrumentation);
    }

    fn set_prepared_statement_cache_size(&mut self, size: CacheSize) {
        self.inner.set_prepared_statement_cache_size(size);
    }
}

impl LoadConnection<DefaultLoadingMode> for PostgresConnection {
    type Cursor<'conn, 'query> =
        <PgConnection as LoadConnection<DefaultLoadingMode>>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> =
        <PgConnection as LoadConnection<DefaultLoadingMode>>::Row<'conn, 'query>;

    fn load<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Pg> + QueryId + 'query,
        Pg: QueryMetadata<T::SqlType>,
    {
        if !self.takes_first_statement() {
            return LoadConnection::<DefaultLoadingMode>::load(&mut self.inner, source);
        }
        let done = LoadConnection::<DefaultLoadingMode>::load(&mut self.inner, &source);
        if done.is_err() && is_repeatable_query(&source) && self.renew_if_lost() {
            return LoadConnection::<DefaultLoadingMode>::load(&mut self.inner, source);
        }
        done
    }
}

impl LoadConnection<PgRowByRowLoadingMode> for PostgresConnection {
    type Cursor<'conn, 'query> =
        <PgConnection as LoadConnection<PgRowByRowLoadingMode>>::Cursor<'conn, 'query>;
    type Row<'conn, 'query> =
        <PgConnection as LoadConnection<PgRowByRowLoadingMode>>::Row<'conn, 'query>;

    /// The rows may be with their reader already when the connection is lost, so the statement
    /// cannot be repeated. A ping before it takes its place as the first statement.
    fn load<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> QueryResult<Self::Cursor<'conn, 'query>>
    where
        T: Query + QueryFragment<Pg> + QueryId + 'query,
        Pg: QueryMetadata<T::SqlType>,
    {
        if self.takes_first_statement() {
            self.renew_if_lost();
        }
        LoadConnection::<PgRowByRowLoadingMode>::load(&mut self.inner, source)
    }
}

impl R2D2Connection for PostgresConnection {
    fn ping(&mut self) -> QueryResult<()> {
        self.inner.ping()
    }

    fn is_broken(&mut self) -> bool {
        self.inner.is_broken()
    }
}

impl MigrationConnection for PostgresConnection {
    fn setup(&mut self) -> QueryResult<usize> {
        self.inner.setup()
    }
}

impl MultiConnectionHelper for PostgresConnection {
    fn to_any<'a>(lookup: &mut Lookup) -> &mut (dyn Any + 'a) {
        PgConnection::to_any(lookup)
    }

    fn from_any(lookup: &mut dyn Any) -> Option<&mut Lookup> {
        PgConnection::from_any(lookup)
    }
}

#[cfg(test)]
mod tests {
    use super::is_repeatable;

    #[test]
    fn only_a_select_and_the_begin_of_a_transaction_are_repeated() {
        for sql in [
            "SELECT 1",
            "(SELECT 1) UNION ALL (SELECT 2)",
            "BEGIN",
            "begin read only",
        ] {
            assert!(is_repeatable(sql), "{sql} can be sent again");
        }
        for sql in [
            "INSERT INTO t VALUES (1) RETURNING id",
            "UPDATE t SET a = a + 1",
            "DELETE FROM t",
            "WITH gone AS (DELETE FROM t RETURNING id) SELECT id FROM gone",
            "SELECTED",
        ] {
            assert!(!is_repeatable(sql), "{sql} may have been applied");
        }
    }
}
