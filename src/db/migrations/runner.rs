//! Applies migrations: all or none, in one process at a time.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;

use super::foreign_keys::{BrokenKeys, broken, check_deferred, newly_broken, switched_off};
use super::statements::statements;
use super::{Migration, Script};
use crate::db::{Conn, Kind, Sql, Timestamp, Value};
use crate::error::{Error, Result};

/// An arbitrary number, which must be the same in every version of Nuages.
const ADVISORY_LOCK: i64 = 0x006e_7561_6765_7300;

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

/// Whether every migration was applied.
pub fn is_up_to_date(conn: &mut Conn, migrations: &[Migration]) -> Result<bool> {
    Ok(plan(conn, migrations)?.iter().all(|(_, applied)| *applied))
}

/// Returns each migration and whether it was applied. Fails if only some of the Django migrations
/// that one replaces were applied.
pub fn plan<'a>(
    conn: &mut Conn,
    migrations: &'a [Migration],
) -> Result<Vec<(&'a Migration, bool)>> {
    let recorded = recorded(conn)?;
    let state = |migration: &'a Migration| {
        let has = |name: &&str| recorded.contains(&(migration.app.to_owned(), (**name).to_owned()));
        let present = migration.stands_for.iter().filter(|name| has(name)).count();
        if present != 0 && present != migration.stands_for.len() {
            let missing: Vec<&str> = migration
                .stands_for
                .iter()
                .copied()
                .filter(|name| !has(name))
                .collect();
            return Err(Error::command(format!(
                "the app {} stopped halfway: this database lacks Django's {}. Run `manage.py migrate {}` of the Django \
                 that made it (5.2) first; nothing was changed",
                migration.app,
                missing.join(", "),
                migration.app
            )));
        }
        Ok((migration, present != 0))
    };
    migrations.iter().map(state).collect()
}

/// Applies the missing migrations in order. Call it inside [`locked`].
pub fn apply(conn: &mut Conn, migrations: &[Migration]) -> Result<Vec<Applied>> {
    if !tables(conn)?.contains("django_migrations") {
        let sql = match conn {
            Conn::Sqlite(_) => SQLITE_BOOKKEEPING,
            Conn::Postgres(_) => POSTGRES_BOOKKEEPING,
        };
        conn.batch_execute(sql)?;
    }
    let todo: Vec<&Migration> = plan(conn, migrations)?
        .into_iter()
        .filter(|(_, applied)| !applied)
        .map(|(migration, _)| migration)
        .collect();
    for migration in &todo {
        let Script { up, .. } = migration.script(conn);
        run(conn, migration, up)?;

        for name in migration.stands_for {
            Sql::new("INSERT INTO django_migrations (app, name, applied) VALUES (")
                .bind(migration.app)
                .raw(", ")
                .bind(*name)
                .raw(", ")
                .bind(Timestamp::now())
                .raw(")")
                .execute(conn)?;
        }
    }
    Ok(todo
        .into_iter()
        .map(|migration| Applied {
            app: migration.app,
            name: migration.name,
        })
        .collect())
}

/// Returns the applied migrations of `app`, in the order in which [`reverse`] reverses them.
pub fn applied_of<'a>(
    conn: &mut Conn,
    migrations: &'a [Migration],
    app: &str,
) -> Result<Vec<&'a Migration>> {
    let planned = plan(conn, migrations)?.into_iter().rev();
    Ok(planned
        .filter(|(one, applied)| *applied && one.app == app)
        .map(|(one, _)| one)
        .collect())
}

/// Reverses every migration of `app` (Django's `migrate APP zero`). Call it inside [`locked`].
pub fn reverse(conn: &mut Conn, migrations: &[Migration], app: &str) -> Result<Vec<Applied>> {
    let mut reversed = Vec::new();
    for migration in applied_of(conn, migrations, app)? {
        let Script { down, .. } = migration.script(conn);
        run(conn, migration, down)?;

        for name in migration.stands_for {
            Sql::new("DELETE FROM django_migrations WHERE app = ")
                .bind(migration.app)
                .raw(" AND name = ")
                .bind(*name)
                .execute(conn)?;
        }
        reversed.push(Applied {
            app: migration.app,
            name: migration.name,
        });
    }
    Ok(reversed)
}

/// Runs the script of one migration, and checks the foreign keys afterwards.
fn run(conn: &mut Conn, migration: &Migration, script: &str) -> Result<()> {
    let before = broken(conn)?;
    let statements = statements(script);
    let last = statements.last().copied().unwrap_or_default();
    let mut broken_keys = None;

    let done = conn.atomic(|conn| {
        for statement in &statements {
            conn.batch_execute(statement)
                .map_err(|error| failure(conn, migration, statement, &error.to_string()))?;
        }
        check_deferred(conn).map_err(|error| failure(conn, migration, last, &error.to_string()))?;
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

fn failure(conn: &Conn, migration: &Migration, statement: &str, error: &str) -> Error {
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
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
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
