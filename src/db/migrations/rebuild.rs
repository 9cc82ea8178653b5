//! Keeps what a rebuild of a table on SQLite would drop without a word: triggers, views, indexes and
//! conditions that no declaration knows, and the counter of `AUTOINCREMENT`.
//!
//! A rebuild creates a table `new__…`, copies the rows, drops the old table and renames the new one.
//! The script names objects that it drops on purpose as `-- drops: index NAME` or `-- drops: check …`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use diesel::connection::SimpleConnection as _;

use super::checks::checks_of;
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;

/// The schema before a migration, as far as the migration rebuilds tables.
#[derive(Debug, Default)]
pub(super) struct Kept {
    objects: Vec<Object>,
    counters: Vec<(String, i64)>,
    /// The names of indexes and the conditions that the script drops on purpose.
    dropped: BTreeSet<String>,
    /// The script in upper case, which may drop an object by a statement.
    script: String,
}

/// A table, index, trigger or view.
#[derive(Debug)]
struct Object {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

impl Kept {
    /// Reads the schema, if the script rebuilds a table on SQLite.
    pub(super) fn new(conn: &mut Conn, script: &str) -> Result<Self> {
        let rebuilds = script.contains("\"new__") || script.contains(" new__");
        if matches!(conn, Conn::Postgres(_)) || !rebuilds {
            return Ok(Self::default());
        }
        let dropped = script
            .lines()
            .filter_map(|line| line.trim().strip_prefix("-- drops: "))
            .filter_map(|what| what.split_once(' '))
            .map(|(_, what)| what.trim().to_owned())
            .collect();
        Ok(Self {
            objects: objects(conn)?,
            counters: counters(conn)?,
            dropped,
            script: script.to_uppercase(),
        })
    }

    /// Returns the statement. If it creates the new table of a rebuild, it also has the conditions of the
    /// old table that no declaration knows.
    pub(super) fn with_checks<'a>(&self, statement: &'a str) -> Cow<'a, str> {
        let code = statement
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect::<Vec<_>>()
            .join("\n");
        let Some(rest) = code.trim().strip_prefix("CREATE TABLE \"new__") else {
            return Cow::Borrowed(statement);
        };
        let table = rest.split('"').next().unwrap_or_default();
        let Some(old) = self
            .objects
            .iter()
            .find(|object| object.kind == "table" && object.name == table)
        else {
            return Cow::Borrowed(statement);
        };

        let new_checks: Vec<String> = checks_of(&code)
            .iter()
            .map(|(_, check)| plain(check))
            .collect();
        let lost: Vec<String> = checks_of(&old.sql)
            .into_iter()
            .map(|(_, check)| check)
            .filter(|check| {
                let check = plain(check);
                !new_checks.contains(&check)
                    && !self.dropped.iter().any(|dropped| plain(dropped) == check)
            })
            .collect();
        if lost.is_empty() {
            return Cow::Borrowed(statement);
        }
        let end = code.rfind(')').unwrap_or(code.len());
        let mut changed = code[..end].to_owned();
        for check in lost {
            let _ = write!(changed, ", CHECK ({check})");
        }
        changed.push_str(&code[end..]);
        Cow::Owned(changed)
    }

    /// Creates again what the script dropped together with an old table, and sets the counters.
    pub(super) fn restore(&self, conn: &mut Conn) -> Result<()> {
        if self.objects.is_empty() {
            return Ok(());
        }
        let now = objects(conn)?;
        let tables: Vec<&str> = now
            .iter()
            .filter(|object| object.kind == "table")
            .map(|object| object.name.as_str())
            .collect();
        for object in &self.objects {
            let is_there = now
                .iter()
                .any(|one| one.kind == object.kind && one.name == object.name);
            let is_dropped = self.dropped.contains(&object.name)
                || self
                    .script
                    .contains(&format!("DROP {} \"{}\"", object.kind, object.name).to_uppercase());
            let has_table = object.kind == "view" || tables.contains(&object.table.as_str());
            if object.kind != "table" && !is_there && !is_dropped && has_table {
                conn.batch_execute(&object.sql)?;
            }
        }
        for (table, counter) in &self.counters {
            Sql::new("UPDATE sqlite_sequence SET seq = max(seq, ")
                .bind(*counter)
                .raw(") WHERE name = ")
                .bind(table.clone())
                .execute(conn)?;
        }
        Ok(())
    }
}

/// Returns the statement. If it gives the new table of a rebuild its name, SQLite must leave views and
/// triggers that name the table alone (<https://sqlite.org/lang_altertable.html>).
pub(super) fn renamed(statement: &str) -> Cow<'_, str> {
    if statement.starts_with("ALTER TABLE \"new__") {
        Cow::Owned(format!(
            "PRAGMA legacy_alter_table = ON; {statement}; PRAGMA legacy_alter_table = OFF"
        ))
    } else {
        Cow::Borrowed(statement)
    }
}

fn objects(conn: &mut Conn) -> Result<Vec<Object>> {
    let rows = Sql::new(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .returns(&[Kind::Text, Kind::Text, Kind::Text, Kind::Text])
    .load(conn)?;
    let object = |row: Vec<Value>| {
        let mut texts = row.into_iter().map(|value| value.text());
        Some(Object {
            kind: texts.next()?,
            name: texts.next()?,
            table: texts.next()?,
            sql: texts.next()?,
        })
    };
    Ok(rows.into_iter().filter_map(object).collect())
}

/// Returns the highest key that each table with `AUTOINCREMENT` ever had.
fn counters(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    let has_counters = !Sql::new("SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'")
        .returns(&[Kind::Text])
        .load(conn)?
        .is_empty();
    if !has_counters {
        return Ok(Vec::new());
    }
    let rows = Sql::new("SELECT name, seq FROM sqlite_sequence")
        .returns(&[Kind::Text, Kind::BigInt])
        .load(conn)?;
    let counter = |row: Vec<Value>| match &row[..] {
        [Value::Text(table), Value::BigInt(counter)] => Some((table.clone(), *counter)),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(counter).collect())
}

/// Returns a condition without white space and without quotes around names, to compare it.
fn plain(check: &str) -> String {
    check
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"')
        .collect::<String>()
        .to_lowercase()
}
