//! Migrations that run statement by statement, each on its own.
//!
//! A migration that stopped halfway starts again from its beginning. Its statements must therefore
//! tolerate that they ran before (`IF NOT EXISTS`). An index that PostgreSQL left invalid is dropped
//! first.

use diesel::connection::SimpleConnection as _;

use super::Migration;
use super::runner::{
    self, ADVISORY_LOCK, Applied, LOCK_TIMEOUT, applied, create_bookkeeping, failure, locked,
    record, run_code, told,
};
use super::statements::statements;
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;

/// Applies migrations of which some must not run in a transaction (`-- atomic: false`), for example
/// because they build an index without stopping visitors. Those before and after one each share a
/// transaction. Excludes every other `migrate`, like [`locked`].
pub fn apply_in_steps(conn: &mut Conn, migrations: &[&Migration]) -> Result<Vec<Applied>> {
    let lock = |conn: &mut Conn, function: &'static str| {
        Sql::new("SELECT ")
            .raw(function)
            .raw("(")
            .bind(ADVISORY_LOCK)
            .raw(")")
            .returns(&[])
            .load(conn)
    };
    if let Conn::Sqlite(_) = conn {
        return locked(conn, |conn| runner::apply(conn, migrations));
    }
    lock(conn, "pg_advisory_lock")?;
    conn.batch_execute(&format!("SET lock_timeout = '{LOCK_TIMEOUT}'"))?;

    let done = migrations
        .chunk_by(|one, next| one.is_atomic(true, false) && next.is_atomic(true, false))
        .try_fold(Vec::new(), |mut applied, chunk| {
            if chunk.iter().all(|one| one.is_atomic(true, false)) {
                applied.extend(conn.atomic(|conn| runner::apply(conn, chunk))?);
            } else {
                applied.extend(apply_each(conn, chunk)?);
            }
            Ok(applied)
        });
    lock(conn, "pg_advisory_unlock")?;
    done
}

/// Applies migrations, without a transaction around each.
fn apply_each(conn: &mut Conn, migrations: &[&Migration]) -> Result<Vec<Applied>> {
    create_bookkeeping(conn)?;
    for migration in migrations {
        for statement in statements(migration.postgres.up) {
            drop_invalid_index(conn, statement)?;
            conn.batch_execute(statement)
                .map_err(|error| failure(conn, migration, statement, &told(&error)))?;
        }
        conn.atomic(|conn| {
            run_code(conn, migration, false)?;
            record(conn, migration)
        })?;
    }
    Ok(applied(migrations))
}

/// Drops the index that `statement` creates, if an earlier attempt left it unfinished.
fn drop_invalid_index(conn: &mut Conn, statement: &str) -> Result<()> {
    let upper = statement.to_uppercase();
    if !(upper.contains("INDEX") && upper.contains("CONCURRENTLY") && upper.contains("CREATE")) {
        return Ok(());
    }
    let rows = Sql::new(
        "SELECT pg_class.relname::text FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid \
         WHERE NOT pg_index.indisvalid AND pg_class.relnamespace = current_schema()::regnamespace",
    )
    .returns(&[Kind::Text])
    .load(conn)?;
    for value in rows.into_iter().flatten() {
        if let Value::Text(name) = value
            && statement.contains(&name)
        {
            conn.batch_execute(&format!(
                "DROP INDEX CONCURRENTLY IF EXISTS \"{}\"",
                name.replace('"', "\"\"")
            ))?;
        }
    }
    Ok(())
}
