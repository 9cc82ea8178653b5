//! Reports a connection pooler in front of PostgreSQL.

use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;
use crate::settings::Settings;
use crate::terminal::say;

/// Prints whether there is a pooler, and its limitations. A pooler does not fail the command.
pub(super) fn look(conn: &mut Conn, settings: &Settings) -> Result<()> {
    if !conn.is_pooled(&settings.database_url)? {
        return Ok(());
    }
    say(
        "DATABASE_URL: a connection pooler such as PgBouncer is in front of PostgreSQL. Statements are not prepared, so \
         that they work in transaction mode. If it keeps sessions or prepared statements, set CONN_TRANSACTION_POOLING=off.",
    )?;

    let rows = Sql::new("SHOW statement_timeout")
        .returns(&[Kind::Text])
        .load(conn)?;
    let has_no_limit = matches!(rows.first().and_then(|row| row.first()), Some(Value::Text(limit)) if limit == "0");
    if has_no_limit && !settings.statement_timeout.is_zero() {
        say(&format!(
            "WARNING STATEMENT_TIMEOUT does not reach the server through the pooler, and the server has no limit: a slow \
             statement goes on after its request was answered with 503. Run ALTER ROLE … SET statement_timeout = '{}ms'.",
            settings.statement_timeout.as_millis()
        ))?;
    }
    Ok(())
}
