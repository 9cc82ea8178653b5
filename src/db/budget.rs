//! [`Conn::within`]: statements that may be given up.

use std::time::Duration;

use diesel::RunQueryDsl as _;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use super::connection::Conn;
use super::sql::{Kind, Sql};
use crate::error::{Error, Result};

impl Conn {
    /// Runs `read`, whose statements may take `budget` each. Returns `None` if one of them took
    /// longer, because the database has stopped it, or if the budget is zero.
    ///
    /// `read` must only read. On PostgreSQL it runs in a transaction, or in a savepoint of the
    /// current one.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn example(conn: &mut nuages::db::Conn, rows: &nuages::models::Query) -> nuages::error::Result<()> {
    /// let count = conn.within(Duration::from_millis(50), |conn| rows.count(conn))?;
    /// let shown = count.map_or("many".to_owned(), |count| count.to_string());
    /// # Ok(())
    /// # }
    /// ```
    pub fn within<T>(
        &mut self,
        budget: Duration,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        if budget.is_zero() {
            return Ok(None);
        }
        // Both databases take 0 for "no limit".
        let millis = budget.as_millis().max(1);
        let done = match self {
            Self::Sqlite(inner) => {
                let usual = set_timeout(inner, millis)?;
                let done = read(self);
                if let Self::Sqlite(inner) = self {
                    set_timeout(inner, usual)?;
                }
                done
            }
            Self::Postgres(_) => self.atomic(|conn| {
                let usual = set_local_timeout(conn, &millis.to_string())?;
                let done = read(conn)?;
                set_local_timeout(conn, &usual)?;
                Ok(done)
            }),
        };

        match done {
            Ok(done) => Ok(Some(done)),
            Err(Error::StatementTimeout) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Sets the time limit of a statement until the end of the transaction, and returns the limit before.
fn set_local_timeout(conn: &mut Conn, limit: &str) -> Result<String> {
    let set =
        Sql::new("SELECT current_setting('statement_timeout'), set_config('statement_timeout', ")
            .bind(limit)
            .raw(", true)")
            .returns(&[Kind::Text, Kind::Text]);
    let usual = set.load(conn)?.into_iter().flatten().next();
    Ok(usual.map(|usual| usual.to_string()).unwrap_or_default())
}

/// Sets the time limit of a statement in milliseconds, and returns the limit before.
fn set_timeout(conn: &mut SqliteConnection, millis: impl std::fmt::Display) -> Result<i64> {
    let set = sql::<BigInt>(&format!("SELECT nuages_statement_timeout({millis})"));
    Ok(set.get_result(conn)?)
}
