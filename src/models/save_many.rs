//! Saves many rows of one model with few statements.

use std::collections::HashMap;

use super::save::is_left_out;
use super::{Field, ManyToMany, Meta, Query, Record};
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;

/// The largest number of rows in one statement.
const ROWS: usize = 500;
/// The largest number of bound values in one statement: SQLite allows 32,766.
const VALUES: usize = 30_000;

/// A link between two rows: both primary keys.
pub(crate) type Link = (Value, Value);

impl Record {
    /// Inserts rows of one model, and sets their primary keys and the columns that the database sets. Rows that need columns
    /// of the database other than a whole-number primary key are inserted one by one.
    pub(crate) fn insert_all(conn: &mut Conn, records: &mut [Self]) -> Result<()> {
        for group in records.chunk_by_mut(|one, other| one.written() == other.written()) {
            let written = group[0].written();
            let model = group[0].model;
            let is_left_out = |field: &&Field| !written.contains(&field.column);
            let mut left_out = model.fields.iter().filter(is_left_out);
            let is_simple = left_out
                .all(|field| !field.is_written() || (field.primary_key && is_number(field.sql)));
            if written.is_empty() || !is_simple {
                group
                    .iter_mut()
                    .try_for_each(|record| record.insert(conn))?;
                continue;
            }
            for some in group.chunks_mut(at_once(written.len())) {
                insert_some(conn, some, &written)?;
            }
        }
        Ok(())
    }

    /// Returns the columns that an `INSERT` of this row names.
    fn written(&self) -> Vec<&'static str> {
        let pairs = self.model.fields.iter().zip(&self.values);
        pairs
            .filter(|(field, value)| !is_left_out(field, value))
            .map(|(field, _)| field.column)
            .collect()
    }

    /// Updates these columns of rows of one model, each with the values of its record.
    pub(crate) fn update_all(
        conn: &mut Conn,
        records: &[&Self],
        columns: &[&'static str],
    ) -> Result<()> {
        let Some(model) = records.first().map(|record| record.model) else {
            return Ok(());
        };
        let fields = columns.iter().filter_map(|column| model.column(column));
        let fields: Vec<&Field> = fields.filter(|field| field.is_written()).collect();
        if fields.is_empty() {
            return Ok(());
        }
        for some in records.chunks(at_once(fields.len() + 1)) {
            update_some(conn, model, some, &fields)?;
        }
        Ok(())
    }

    /// Returns the display names of rows of one model, with one query if the names depend on other rows.
    pub(crate) fn names(conn: &mut Conn, records: &[Self]) -> Result<Vec<String>> {
        let own: Option<Vec<String>> = records.iter().map(Self::own_name).collect();
        if let Some(own) = own {
            return Ok(own);
        }

        let mut names = Vec::with_capacity(records.len());
        for some in records.chunks(ROWS) {
            let pks = some.iter().map(|record| record.pk().clone()).collect();
            let rows = Query::new(some[0].model).with_pks(pks);
            let loaded = rows.order_by(Vec::new()).named(conn, None, 0)?;
            let by_key: HashMap<String, String> = loaded
                .into_iter()
                .map(|(pk, name)| (pk.text(), name))
                .collect();
            names.extend(some.iter().map(|record| {
                let name = by_key.get(&record.pk().text());
                name.cloned().unwrap_or_default()
            }));
        }
        Ok(names)
    }
}

/// Returns the number of rows with this many values each that fit into one statement.
fn at_once(values: usize) -> usize {
    (VALUES / values.max(1)).clamp(1, ROWS)
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::SmallInt | Kind::Integer | Kind::BigInt)
}

/// Inserts rows that have values for the same columns.
fn insert_some(conn: &mut Conn, records: &mut [Record], columns: &[&'static str]) -> Result<()> {
    let model = records[0].model;
    let mut sql = Sql::new("INSERT INTO ").ident(model.table).raw(" (");
    for (at, column) in columns.iter().enumerate() {
        sql = sql.raw(if at > 0 { ", " } else { "" }).ident(column);
    }
    sql = sql.raw(") VALUES ");
    for (at, record) in records.iter().enumerate() {
        let fields = columns.iter().filter_map(|column| model.column(column));
        sql = values(sql.raw(if at > 0 { ", (" } else { "(" }), record, fields);
    }

    let pk = model.pk();
    if columns.contains(&pk.column) {
        sql.execute(conn)?;
        return Ok(());
    }
    let rows = sql
        .raw(" RETURNING ")
        .ident(pk.column)
        .returns(&[pk.sql])
        .load(conn)?;
    let mut pks: Vec<Value> = rows.into_iter().flatten().collect();
    // Both databases number the rows of a statement in their order, and need not return them in it.
    pks.sort_by_key(Value::as_i64);
    for (record, value) in records.iter_mut().zip(pks) {
        record.set_value(pk, value);
    }
    Ok(())
}

/// Appends the values of these fields, and a closing parenthesis.
fn values<'a>(sql: Sql, record: &Record, fields: impl Iterator<Item = &'a Field>) -> Sql {
    let mut sql = sql;
    for (at, field) in fields.enumerate() {
        let value = field.bound(record.value(field).clone());
        sql = sql.raw(if at > 0 { ", " } else { "" }).append(value);
    }
    sql.raw(")")
}

/// Updates rows with `WITH nuages_new AS (VALUES …) UPDATE … FROM nuages_new`.
fn update_some(
    conn: &mut Conn,
    model: &'static Meta,
    records: &[&Record],
    fields: &[&Field],
) -> Result<()> {
    let pk = model.pk();
    let new = |sql: Sql, column: &'static str| sql.raw("nuages_new.").ident(column);
    let mut sql = Sql::new("WITH nuages_new (").raw("nuages_pk");
    for field in fields {
        sql = sql.raw(", ").ident(field.column);
    }
    sql = sql.raw(") AS (VALUES ");
    for (at, record) in records.iter().enumerate() {
        sql = sql.raw(if at > 0 { ", (" } else { "(" });
        sql = sql.append(pk.bound(record.pk().clone())).raw(", ");
        sql = values(sql, record, fields.iter().copied());
    }

    sql = sql.raw(") UPDATE ").ident(model.table).raw(" SET ");
    for (at, field) in fields.iter().enumerate() {
        sql = sql
            .raw(if at > 0 { ", " } else { "" })
            .ident(field.column)
            .raw(" = ");
        sql = new(sql, field.column);
    }
    sql = sql.raw(" FROM nuages_new WHERE ").ident(model.table);
    sql = sql.raw(".").ident(pk.column);
    sql.raw(" = nuages_new.nuages_pk").execute(conn)?;
    Ok(())
}

impl ManyToMany {
    /// Deletes links, given by the primary keys of both rows.
    pub(crate) fn unlink_all(&self, conn: &mut Conn, links: &[Link]) -> Result<()> {
        for some in links.chunks(ROWS) {
            let mut sql = Sql::new("DELETE FROM ").ident(self.through());
            sql = sql.raw(" WHERE (").ident(self.from_column);
            sql = sql.raw(", ").ident(self.to_column).raw(") IN (VALUES ");
            pairs(sql, some).raw(")").execute(conn)?;
        }
        Ok(())
    }

    /// Inserts links, given by the primary keys of both rows. Links that exist are kept.
    pub(crate) fn link_all(&self, conn: &mut Conn, links: &[Link]) -> Result<()> {
        for some in links.chunks(ROWS) {
            let mut sql = Sql::new("INSERT INTO ").ident(self.through());
            sql = sql.raw(" (").ident(self.from_column);
            sql = sql.raw(", ").ident(self.to_column).raw(") VALUES ");
            pairs(sql, some)
                .raw(" ON CONFLICT DO NOTHING")
                .execute(conn)?;
        }
        Ok(())
    }
}

/// Appends `(1, 2), (1, 3)`.
fn pairs(mut sql: Sql, links: &[Link]) -> Sql {
    for (at, (from, to)) in links.iter().enumerate() {
        sql = sql.raw(if at > 0 { ", (" } else { "(" });
        sql = sql.bind(from.clone()).raw(", ").bind(to.clone()).raw(")");
    }
    sql
}
