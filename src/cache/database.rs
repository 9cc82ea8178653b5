//! A table of the database as a cache, in the layout of Django's `createcachetable`.
//!
//! The values are JSON. Django's are pickles, which only Python can read, so a Django and a site on
//! Nuages need a table each.

use std::time::Duration;

use super::store::{Answer, Store, expiry, sum};
use crate::db::{Conn, Db, Kind, Sql, Timestamp, Value};
use crate::error::Result;
use crate::words::leaked;

/// The part of the values that is discarded if there are too many (Django's `CULL_FREQUENCY`).
const CULL_FREQUENCY: i64 = 3;

pub(super) struct Database {
    db: Db,
    table: &'static str,
    max_entries: i64,
}

/// Returns the statements that create the table of a cache, as Django's `createcachetable` does.
pub fn create_table_sql(table: &str, conn: &Conn) -> String {
    let time = if conn.vendor() == "PostgreSQL" {
        "timestamp with time zone"
    } else {
        "datetime"
    };
    format!(
        "CREATE TABLE IF NOT EXISTS \"{table}\" (\n    \"cache_key\" varchar(255) NOT NULL PRIMARY KEY,\n    \
         \"value\" text NOT NULL,\n    \"expires\" {time} NOT NULL\n);\n\
         CREATE INDEX IF NOT EXISTS \"{table}_expires\" ON \"{table}\" (\"expires\");"
    )
}

impl Database {
    pub(super) fn new(db: Db, table: &str, max_entries: usize) -> Self {
        Self {
            db,
            table: leaked(table.to_owned()),
            max_entries: i64::try_from(max_entries).unwrap_or(i64::MAX),
        }
    }

    /// Begins a condition for the live row of `key`.
    fn live(sql: Sql, key: &str) -> Sql {
        sql.raw(" WHERE \"cache_key\" = ")
            .bind(key)
            .raw(" AND \"expires\" > ")
            .bind(Timestamp::now())
    }

    /// Inserts or replaces a row.
    fn upsert(table: &'static str, key: &str, value: String, age: Option<Duration>) -> Sql {
        Sql::new("INSERT INTO ")
            .ident(table)
            .raw(" (\"cache_key\", \"value\", \"expires\") VALUES (")
            .bind(key)
            .raw(", ")
            .bind(value)
            .raw(", ")
            .bind(Timestamp::from(expiry(age)))
            .raw(
                ") ON CONFLICT (\"cache_key\") DO UPDATE SET \"value\" = excluded.\"value\", \
                 \"expires\" = excluded.\"expires\"",
            )
    }

    /// Discards expired values if there are too many, and then those that expire next.
    fn cull(conn: &mut Conn, table: &'static str, max_entries: i64) -> Result<()> {
        if count(conn, table)? < max_entries {
            return Ok(());
        }
        Sql::new("DELETE FROM ")
            .ident(table)
            .raw(" WHERE \"expires\" <= ")
            .bind(Timestamp::now())
            .execute(conn)?;
        let left = count(conn, table)?;
        if left >= max_entries {
            let discarded = (left / CULL_FREQUENCY).max(1);
            Sql::new("DELETE FROM ")
                .ident(table)
                .raw(" WHERE \"cache_key\" IN (SELECT \"cache_key\" FROM ")
                .ident(table)
                .raw(" ORDER BY \"expires\" LIMIT ")
                .bind(discarded)
                .raw(")")
                .execute(conn)?;
        }
        Ok(())
    }
}

fn count(conn: &mut Conn, table: &'static str) -> Result<i64> {
    let rows = Sql::new("SELECT COUNT(*) FROM ")
        .ident(table)
        .returns(&[Kind::BigInt])
        .load(conn)?;
    let mut values = rows.into_iter().flatten();
    Ok(values.next().and_then(|value| value.as_i64()).unwrap_or(0))
}

/// Returns the only value of the first row.
fn first(rows: Vec<Vec<Value>>) -> Option<String> {
    rows.into_iter().flatten().next().map(|value| value.text())
}

impl Store for Database {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<String>> {
        let select = Sql::new("SELECT \"value\" FROM ").ident(self.table);
        let select = Self::live(select, key).returns(&[Kind::Text]);
        Box::pin(async move { self.db.run(|conn| Ok(first(select.load(conn)?))).await })
    }

    fn set<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, ()> {
        let (table, max_entries) = (self.table, self.max_entries);
        let upsert = Self::upsert(table, key, value, age);
        Box::pin(async move {
            let work = move |conn: &mut Conn| {
                Self::cull(conn, table, max_entries)?;
                upsert.execute(conn).map(drop)
            };
            self.db.atomic(work).await
        })
    }

    fn add<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, bool> {
        let (table, max_entries) = (self.table, self.max_entries);
        let upsert = Self::upsert(table, key, value, age)
            .raw(" WHERE ")
            .ident(table)
            .raw(".\"expires\" <= ")
            .bind(Timestamp::now());
        Box::pin(async move {
            let work = move |conn: &mut Conn| {
                Self::cull(conn, table, max_entries)?;
                Ok(upsert.execute(conn)? > 0)
            };
            self.db.atomic(work).await
        })
    }

    fn touch<'a>(&'a self, key: &'a str, age: Option<Duration>) -> Answer<'a, bool> {
        let update = Sql::new("UPDATE ")
            .ident(self.table)
            .raw(" SET \"expires\" = ")
            .bind(Timestamp::from(expiry(age)));
        let update = Self::live(update, key);
        Box::pin(async move { self.db.atomic(|conn| Ok(update.execute(conn)? > 0)).await })
    }

    fn incr<'a>(&'a self, key: &'a str, delta: i64) -> Answer<'a, Option<i64>> {
        let select = Sql::new("SELECT \"value\" FROM ").ident(self.table);
        let select = Self::live(select, key)
            .either(" FOR UPDATE", "")
            .returns(&[Kind::Text]);
        let (table, key) = (self.table, key.to_owned());
        Box::pin(async move {
            let work = move |conn: &mut Conn| {
                let Some(text) = first(select.load(conn)?) else {
                    return Ok(None);
                };
                let number = sum(&text, delta)?;
                Sql::new("UPDATE ")
                    .ident(table)
                    .raw(" SET \"value\" = ")
                    .bind(number.to_string())
                    .raw(" WHERE \"cache_key\" = ")
                    .bind(key)
                    .execute(conn)?;
                Ok(Some(number))
            };
            self.db.atomic(work).await
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, bool> {
        let delete = Self::live(Sql::new("DELETE FROM ").ident(self.table), key);
        Box::pin(async move { self.db.atomic(|conn| Ok(delete.execute(conn)? > 0)).await })
    }

    fn clear(&self) -> Answer<'_, ()> {
        let delete = Sql::new("DELETE FROM ").ident(self.table);
        Box::pin(async move { self.db.atomic(|conn| delete.execute(conn).map(drop)).await })
    }
}
