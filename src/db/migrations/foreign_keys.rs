//! Handles foreign keys during migrations: they are not enforced for each statement, but checked
//! before the commit.
//!
//! For most changes SQLite must create a new table and drop the old one. That needs `PRAGMA
//! foreign_keys = OFF`, which only has an effect outside a transaction
//! (<https://sqlite.org/lang_altertable.html#otheralter>).

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection as _;

use crate::db::{Conn, Kind, Sql, Value};
use crate::error::{Error, Result};

/// Number of rows that violate each foreign key, by (the table with the key, the table it refers
/// to).
pub(super) type BrokenKeys = BTreeMap<(String, String), i64>;

/// Runs `work` with foreign keys switched off on SQLite, and switches them on again. Inside a
/// transaction SQLite ignores the switch: then `work` runs with foreign keys enforced.
pub(super) fn switched_off<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    if let Conn::Postgres(_) = conn {
        return work(conn);
    }
    conn.batch_execute("PRAGMA foreign_keys = OFF")?;
    let done = work(conn);
    conn.batch_execute("PRAGMA foreign_keys = ON")?;
    done
}

/// Returns the foreign keys that rows of an SQLite database violate. A key that refers to a missing
/// table counts once more, because it is broken even if its table is empty. Empty for PostgreSQL,
/// which enforces its keys itself.
pub(super) fn broken(conn: &mut Conn) -> Result<BrokenKeys> {
    if let Conn::Postgres(_) = conn {
        return Ok(BrokenKeys::new());
    }
    let rows = Sql::new(
        "SELECT \"table\", \"parent\", COUNT(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
    );
    let missing = Sql::new(
        "SELECT DISTINCT child.name, key.\"table\", 1 FROM sqlite_master AS child, pragma_foreign_key_list(child.name) AS key \
         WHERE child.type = 'table' AND lower(key.\"table\") NOT IN (SELECT lower(name) FROM sqlite_master WHERE type = 'table')",
    );
    let mut broken = BrokenKeys::new();
    for sql in [rows, missing] {
        let loaded = match sql
            .returns(&[Kind::Text, Kind::Text, Kind::BigInt])
            .load(conn)
        {
            // SQLite cannot check any row while a key refers to columns that are not unique.
            Err(Error::Database(error))
                if error.to_string().starts_with("foreign key mismatch") =>
            {
                broken.insert((error.to_string(), String::new()), 1);
                continue;
            }
            loaded => loaded?,
        };
        for row in loaded {
            if let [
                Value::Text(child),
                Value::Text(parent),
                Value::BigInt(count),
            ] = &row[..]
            {
                *broken.entry((child.clone(), parent.clone())).or_default() += count;
            }
        }
    }
    Ok(broken)
}

/// Describes the keys that more rows violate than `before`; `None` if there are no such keys.
pub(super) fn newly_broken(before: &BrokenKeys, now: &BrokenKeys) -> Option<String> {
    let more = now
        .iter()
        .filter(|(key, count)| before.get(key).is_none_or(|earlier| earlier < count));
    let in_words = |((child, parent), _): (&(String, String), &i64)| match parent.as_str() {
        "" => child.clone(),
        _ => format!("{child} refers to rows of {parent} that do not exist"),
    };
    let named: Vec<String> = more.map(in_words).collect();
    if named.is_empty() {
        None
    } else {
        Some(named.join("; "))
    }
}

/// Makes PostgreSQL check now what it would check at the commit, so that the error can name the
/// migration.
pub(super) fn check_deferred(conn: &mut Conn) -> diesel::QueryResult<()> {
    match conn {
        Conn::Postgres(_) => {
            conn.batch_execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        }
        Conn::Sqlite(_) => Ok(()),
    }
}
