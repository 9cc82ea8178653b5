//! Applies migrations: all or none, in one process at a time.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;

use super::foreign_keys::{BrokenKeys, broken, check_deferred, newly_broken, switched_off};
use super::rebuild::{self, Kept};
use super::statements::statements;
use super::{Migration, Script};
use crate::db::{Conn, Kind, Sql, Timestamp, Value};
use crate::error::{Error, Result};

/// An arbitrary number, which must be the same in every version of Nuages.
pub(super) const ADVISORY_LOCK: i64 = 0x006e_7561_6765_7300;

/// The longest time that a statement waits for the locks of visitors. Other visitors wait behind the
/// statement, so the migration fails after this time.
pub(super) const LOCK_TIMEOUT: &str = "10s";

/// A migration that was applied, or will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The app's label.
    pub app: &'static str,
    /// The migration's name.
    pub name: &'static str,
}

/// Runs `work` in a transaction that excludes every other `migrate`. SQLite does not enforce
/// foreign keys in it, so that tables can be rebuilt; [`apply`] and [`reverse`] check them after
/// each migration.
pub fn locked<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let in_transaction = |conn: &mut Conn| {
        conn.atomic(|conn| {
            // On SQLite the transaction itself is the lock, because it starts with BEGIN IMMEDIATE.
            if let Conn::Postgres(_) = conn {
                Sql::new("SELECT pg_advisory_xact_lock(")
                    .bind(ADVISORY_LOCK)
                    .raw(")")
                    .load(conn)?;
                conn.batch_execute(&format!("SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))?;
            }
            work(conn)
        })
    };
    switched_off(conn, in_transaction)
}

/// Whether the database has no tables at all.
pub fn is_fresh(conn: &mut Conn) -> Result<bool> {
    Ok(tables(conn)?.is_empty())
}

/// Creates the table that records migrations, if it is missing.
pub(super) fn create_bookkeeping(conn: &mut Conn) -> Result<()> {
    if tables(conn)?.contains("django_migrations") {
        return Ok(());
    }
    let sql = match conn {
        Conn::Sqlite(_) => SQLITE_BOOKKEEPING,
        Conn::Postgres(_) => POSTGRES_BOOKKEEPING,
    };
    conn.batch_execute(sql)?;
    Ok(())
}

/// Applies migrations, in this order. Call it inside [`locked`].
pub fn apply(conn: &mut Conn, migrations: &[&Migration]) -> Result<Vec<Applied>> {
    create_bookkeeping(conn)?;
    for migration in migrations {
        let Script { up, .. } = migration.script(conn);
        run(conn, migration, up, false)?;
        record(conn, migration)?;
    }
    Ok(applied(migrations))
}

pub(super) fn applied(migrations: &[&Migration]) -> Vec<Applied> {
    migrations
        .iter()
        .map(|migration| Applied {
            app: migration.app,
            name: migration.name,
        })
        .collect()
}

/// Records that a migration was applied, under the names of those that it replaces.
pub fn record(conn: &mut Conn, migration: &Migration) -> Result<()> {
    create_bookkeeping(conn)?;
    for name in migration.recorded_names() {
        Sql::new("INSERT INTO django_migrations (app, name, applied) VALUES (")
            .bind(migration.app)
            .raw(", ")
            .bind(name)
            .raw(", ")
            .bind(Timestamp::now())
            .raw(")")
            .execute(conn)?;
    }
    Ok(())
}

/// Records that a migration is not applied.
pub fn forget(conn: &mut Conn, migration: &Migration) -> Result<()> {
    for name in migration.recorded_names() {
        Sql::new("DELETE FROM django_migrations WHERE app = ")
            .bind(migration.app)
            .raw(" AND name = ")
            .bind(name)
            .execute(conn)?;
    }
    Ok(())
}

/// Reverses migrations, in this order. Call it inside [`locked`].
pub fn reverse(conn: &mut Conn, migrations: &[&Migration]) -> Result<Vec<Applied>> {
    for migration in migrations {
        if migration.code.is_some_and(|code| code.backwards.is_none()) {
            return Err(Error::command(format!(
                "{} cannot be reversed: it changes data, and has no function that changes them back. Nothing was changed",
                migration.label()
            )));
        }
    }
    for migration in migrations {
        let Script { down, .. } = migration.script(conn);
        run(conn, migration, down, true)?;
        forget(conn, migration)?;
    }
    Ok(applied(migrations))
}

/// Runs the script and the code of one migration, and checks the foreign keys afterwards.
fn run(conn: &mut Conn, migration: &Migration, script: &str, backwards: bool) -> Result<()> {
    let before = broken(conn)?;
    let kept = Kept::new(conn, script)?;
    let statements = statements(script);
    let last = statements.last().copied().unwrap_or_default();
    let mut broken_keys = None;

    let done = conn.atomic(|conn| {
        for statement in &statements {
            let statement = kept.with_checks(statement);
            conn.batch_execute(&rebuild::renamed(&statement))
                .map_err(|error| failure(conn, migration, &statement, &told(&error)))?;
        }
        kept.restore(conn)
            .map_err(|error| failure(conn, migration, last, &error.to_string()))?;
        run_code(conn, migration, backwards)?;
        check_deferred(conn).map_err(|error| failure(conn, migration, last, &told(&error)))?;
        broken_keys = newly_broken(&before, &broken(conn)?);
        if broken_keys.is_some() {
            Err(Error::command("rolled back"))
        } else {
            Ok(())
        }
    });

    let Some(text) = broken_keys else { return done };
    let statement = breaking_statement(conn, &statements, &before)?.unwrap_or(last);
    Err(failure(conn, migration, statement, &text))
}

/// Runs the functions of a data migration.
pub(super) fn run_code(conn: &mut Conn, migration: &Migration, backwards: bool) -> Result<()> {
    let Some(code) = migration.code else {
        return Ok(());
    };
    let function = if backwards {
        code.backwards
    } else {
        Some(code.forwards)
    };
    let Some(function) = function else {
        return Ok(());
    };
    function(conn).map_err(|error| {
        Error::command(format!(
            "{} failed, and the database is as it was.\n  {error}",
            migration.label()
        ))
    })
}

/// Returns the statement that broke a foreign key for good. Runs the statements again, with a check
/// after each of them; the caller rolls this back.
fn breaking_statement<'a>(
    conn: &mut Conn,
    statements: &[&'a str],
    before: &BrokenKeys,
) -> Result<Option<&'a str>> {
    let mut since = None;
    for statement in statements {
        conn.batch_execute(statement)?;
        let is_broken = newly_broken(before, &broken(conn)?).is_some();
        since = if is_broken {
            since.or(Some(*statement))
        } else {
            None
        };
    }
    Ok(since)
}

/// Returns the error with PostgreSQL's details, which name the row, and its hint.
pub(super) fn told(error: &diesel::result::Error) -> String {
    let mut text = error.to_string();
    if let diesel::result::Error::DatabaseError(_, information) = error {
        let parts = [
            ("DETAIL", information.details()),
            ("HINT", information.hint()),
        ];
        for (name, part) in parts {
            if let Some(part) = part.filter(|part| !part.is_empty()) {
                text.extend(["\n  ", name, ": ", part]);
            }
        }
    }
    text
}

pub(super) fn failure(conn: &Conn, migration: &Migration, statement: &str, error: &str) -> Error {
    Error::command(format!(
        "{}.{} failed, and the database is as it was.\n  statement: {statement}\n  {}: {error}",
        migration.app,
        migration.name,
        conn.vendor()
    ))
}

pub(super) fn tables(conn: &mut Conn) -> Result<BTreeSet<String>> {
    let query = match conn {
        Conn::Sqlite(_) => Sql::new(
            // Without virtual tables, such as search indexes, and their shadow tables.
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        ),
        Conn::Postgres(_) => {
            Sql::new("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()")
        }
    };
    let rows = query.returns(&[Kind::Text]).load(conn)?;
    Ok(rows.into_iter().flatten().filter_map(text).collect())
}

/// Returns the app and name of each migration in `django_migrations`; an empty set if the table is
/// missing.
pub fn recorded(conn: &mut Conn) -> Result<BTreeSet<(String, String)>> {
    if !tables(conn)?.contains("django_migrations") {
        return Ok(BTreeSet::new());
    }
    let rows = Sql::new("SELECT app, name FROM django_migrations")
        .returns(&[Kind::Text, Kind::Text])
        .load(conn)?;
    let pair = |row: Vec<Value>| {
        let mut texts = row.into_iter().filter_map(text);
        Some((texts.next()?, texts.next()?))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

const SQLITE_BOOKKEEPING: &str = r#"CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL)"#;
const POSTGRES_BOOKKEEPING: &str = r#"CREATE TABLE "django_migrations" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" timestamp with time zone NOT NULL)"#;
