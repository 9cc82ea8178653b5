//! Saves rows and links of any model.

use std::collections::{HashMap, HashSet};

use chrono::TimeZone as _;
use chrono_tz::Tz;

use super::query::one_of;
use super::{ColumnPath, Field, FieldList, ManyToMany, Meta, Query, Record};
use crate::clock;
use crate::db::{Conn, Kind, Sql, Timestamp, Value};
use crate::error::Result;

/// Number of links that one statement deletes or inserts: SQLite allows 32,766 bound values.
const LINKS: usize = 5_000;

/// Returns the current time as a value of this kind.
fn now(kind: Kind, zone: Tz) -> Value {
    let local = zone
        .from_utc_datetime(&clock::now().naive_utc())
        .naive_local();
    match kind {
        Kind::Date => Value::Date(local.date()),
        Kind::Time => Value::Time(local.time()),
        _ => Timestamp::now().into(),
    }
}

/// Whether an `INSERT` leaves out the column, because the database sets its value.
pub(super) fn is_left_out(field: &Field, value: &Value) -> bool {
    let has_default = field.primary_key || field.db_default.is_some();
    !field.is_written() || (has_default && value.is_null())
}

impl Record {
    /// Sets the columns that are updated with every save, and if the row is `new` those that are
    /// set at its creation; returns these columns.
    pub fn stamp(&mut self, new: bool, zone: Tz) -> Vec<&'static str> {
        let is_stamped =
            |field: &&Field| !field.generated && (field.auto_now || (new && field.auto_now_add));
        let stamped: Vec<&Field> = self.model.fields.iter().filter(is_stamped).collect();
        for field in &stamped {
            self.set_value(field, now(field.sql, zone));
        }
        stamped.into_iter().map(|field| field.column).collect()
    }

    /// Inserts the row, and sets its primary key and the columns that the database sets. Does not
    /// write generated columns.
    pub fn insert(&mut self, conn: &mut Conn) -> Result<()> {
        let pk = self.model.pk();
        let pairs = || self.model.fields.iter().zip(&self.values);
        let mut made: Vec<&'static Field> = vec![pk];
        let defaulted = pairs().filter(|(field, value)| {
            field.is_written() && !field.primary_key && is_left_out(field, value)
        });
        made.extend(defaulted.map(|(field, _)| field));

        let (mut columns, mut values) = (Sql::default(), Sql::default());
        let mut comma = "";
        for (field, value) in pairs().filter(|(field, value)| !is_left_out(field, value)) {
            columns = columns.raw(comma).ident(field.column);
            values = values.raw(comma).append(field.bound(value.clone()));
            comma = ", ";
        }
        let sql = Sql::new("INSERT INTO ").ident(self.model.table);
        let mut sql = if comma.is_empty() {
            sql.raw(" DEFAULT VALUES RETURNING ")
        } else {
            let sql = sql.raw(" (").append(columns).raw(") VALUES (");
            sql.append(values).raw(") RETURNING ")
        };
        for (at, field) in made.iter().enumerate() {
            sql = sql.raw(if at > 0 { ", " } else { "" }).ident(field.column);
        }

        let kinds: Vec<Kind> = made.iter().map(|field| field.sql).collect();
        let row = sql.returns(&kinds).load(conn)?.into_iter().next();
        for (field, value) in made.into_iter().zip(row.into_iter().flatten()) {
            self.set_value(field, value);
        }
        Ok(())
    }

    /// Updates only these columns; returns the number of rows. Does not write generated columns.
    pub fn update(&self, conn: &mut Conn, columns: &FieldList) -> Result<usize> {
        let fields = columns
            .names()
            .iter()
            .filter_map(|column| self.model.column(column))
            .filter(|field| field.is_written());
        let fields: Vec<&Field> = fields.collect();
        if fields.is_empty() {
            return Ok(0);
        }
        let mut sql = Sql::new("UPDATE ").ident(self.model.table).raw(" SET ");
        for (at, field) in fields.into_iter().enumerate() {
            sql = sql
                .raw(if at > 0 { ", " } else { "" })
                .ident(field.column)
                .raw(" = ");
            sql = sql.append(field.bound(self.value(field).clone()));
        }
        sql.raw(" WHERE ")
            .ident(self.model.pk().column)
            .raw(" = ")
            .bind(self.pk().clone())
            .execute(conn)
    }

    /// Updates the columns whose values differ from those in `before`, and those that were
    /// [stamped](Self::stamp). A column occurs once even if it is both: PostgreSQL refuses a
    /// statement that assigns to it twice.
    pub fn update_differing(
        &self,
        conn: &mut Conn,
        before: &Self,
        stamped: Vec<&'static str>,
    ) -> Result<()> {
        let mut columns = self.differing(before);
        columns.extend(stamped);
        columns.sort_unstable();
        columns.dedup();

        if !columns.is_empty() {
            self.update(conn, &FieldList::from_columns(columns))?;
        }
        Ok(())
    }

    /// Returns the columns whose values differ from those in `other`.
    pub fn differing(&self, other: &Self) -> Vec<&'static str> {
        let pairs = self
            .model
            .fields
            .iter()
            .zip(self.values.iter().zip(&other.values));
        pairs
            .filter(|(_, (mine, theirs))| mine != theirs)
            .map(|(field, _)| field.column)
            .collect()
    }

    /// Returns the display name of the row; needs a query if the name depends on other rows.
    pub fn name(&self, conn: &mut Conn) -> Result<String> {
        if let Some(name) = self.own_name() {
            return Ok(name);
        }
        let named = Query::new(self.model)
            .with_pks(vec![self.pk().clone()])
            .order_by(Vec::new())
            .named(conn, Some(1), 0)?;
        Ok(named
            .into_iter()
            .next()
            .map(|(_, name)| name)
            .unwrap_or_default())
    }

    /// Returns the display name of the row; `None` if the name depends on other rows, or on a value that the database computes.
    pub(super) fn own_name(&self) -> Option<String> {
        // The database may have computed another value since the row was read.
        let is_current = |field: &&'static Field| !field.generated;
        let own = |path: &ColumnPath| {
            path.steps
                .is_empty()
                .then(|| self.model.column(path.column))
                .flatten()
                .filter(is_current)
        };
        let display = &self.model.display;
        let values: Option<Vec<Value>> = display
            .paths
            .iter()
            .map(|path| own(path).map(|field| self.value(field).clone()))
            .collect();
        Some(display.say(&values?).into_owned())
    }
}

impl Query {
    /// Locks the rows until the end of the transaction, in primary-key order, so that two
    /// transactions that lock overlapping sets cannot deadlock.
    pub(crate) fn lock(&self, conn: &mut Conn) -> Result<()> {
        // SQLite has one writer at a time.
        if conn.vendor() == "PostgreSQL" {
            let (table, pk) = (self.model().table, self.model().pk().column);
            let lock = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ")
                .ident(table)
                .raw(" WHERE ")
                .ident(pk);
            let lock = lock
                .raw(" IN (")
                .append(self.pks_sql())
                .raw(") ORDER BY ")
                .ident(pk);
            // The primary keys will probably not change, so a transaction that only refers to these
            // rows (an order to a product) need not wait.
            lock.raw(" FOR NO KEY UPDATE) AS locked").load(conn)?;
        }
        Ok(())
    }

    /// Locks and returns whole rows; nobody else can change them until the transaction ends.
    pub fn locked(&self, conn: &mut Conn) -> Result<Vec<Record>> {
        self.lock(conn)?;
        self.records(conn, None, 0)
    }

    /// Locks and returns whole rows with their display names.
    pub fn locked_named(&self, conn: &mut Conn) -> Result<Vec<(Record, String)>> {
        self.lock(conn)?;
        self.named_records(conn, None, 0)
    }
}

impl ManyToMany {
    /// Returns the links of the rows with these primary keys: pairs of both keys, in the order of
    /// the links.
    pub fn linked(
        &self,
        conn: &mut Conn,
        from: &Meta,
        pks: &[Value],
    ) -> Result<Vec<(Value, Value)>> {
        if pks.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new("SELECT ")
            .ident(self.from_column)
            .raw(", ")
            .ident(self.to_column)
            .raw(" FROM ");
        let here = Sql::default().ident(self.from_column);
        let bound = |pk: Value| Sql::default().bind(pk);
        sql = sql
            .ident(self.through())
            .raw(" WHERE ")
            .append(one_of(here, from.pk().sql, pks, &bound))
            .raw(" ORDER BY ");
        for (at, column) in self.order.iter().enumerate() {
            sql = sql.raw(if at > 0 { ", " } else { "" }).ident(column);
        }
        let rows = sql
            .returns(&[from.pk().sql, self.to().pk().sql])
            .load(conn)?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some(<[Value; 2]>::try_from(row).ok()?.into()))
            .collect())
    }

    /// Returns the keys that each of these rows links to, in the order of the links, by the text of the row's primary key.
    /// Rows without links are left out.
    pub(crate) fn linked_by_row(
        &self,
        conn: &mut Conn,
        from: &Meta,
        pks: &[Value],
    ) -> Result<HashMap<String, Vec<Value>>> {
        let mut by_row: HashMap<String, Vec<Value>> = HashMap::new();
        for (row, to) in self.linked(conn, from, pks)? {
            by_row.entry(row.text()).or_default().push(to);
        }
        Ok(by_row)
    }

    /// Returns the keys that the row with this primary key links to.
    pub fn linked_from(&self, conn: &mut Conn, from: &Value) -> Result<Vec<Value>> {
        let sql = Sql::new("SELECT ")
            .ident(self.to_column)
            .raw(" FROM ")
            .ident(self.through())
            .raw(" WHERE ");
        let sql = sql
            .ident(self.from_column)
            .raw(" = ")
            .bind(from.clone())
            .returns(&[self.to().pk().sql]);
        Ok(sql.load(conn)?.into_iter().flatten().collect())
    }

    /// Changes the links of `from` to exactly `to`; links that remain keep their ids.
    pub fn set(&self, conn: &mut Conn, from: &Value, before: &[Value], to: &[Value]) -> Result<()> {
        let texts = |pks: &[Value]| pks.iter().map(Value::text).collect::<HashSet<String>>();
        let (old, new) = (texts(before), texts(to));
        let gone = before.iter().filter(|pk| !new.contains(&pk.text()));
        let gone: Vec<&Value> = gone.collect();
        let fresh = to.iter().filter(|pk| !old.contains(&pk.text()));
        let fresh: Vec<&Value> = fresh.collect();
        for some in gone.chunks(LINKS) {
            let sql = Sql::new("DELETE FROM ")
                .ident(self.through())
                .raw(" WHERE ")
                .ident(self.from_column);
            let mut sql = sql
                .raw(" = ")
                .bind(from.clone())
                .raw(" AND ")
                .ident(self.to_column)
                .raw(" IN (");
            for (at, &pk) in some.iter().enumerate() {
                sql = sql.raw(if at > 0 { ", " } else { "" }).bind(pk.clone());
            }
            sql.raw(")").execute(conn)?;
        }
        for some in fresh.chunks(LINKS) {
            let sql = Sql::new("INSERT INTO ")
                .ident(self.through())
                .raw(" (")
                .ident(self.from_column);
            let mut sql = sql.raw(", ").ident(self.to_column).raw(") VALUES ");
            for (at, &pk) in some.iter().enumerate() {
                let open = if at > 0 { ", (" } else { "(" };
                sql = sql
                    .raw(open)
                    .bind(from.clone())
                    .raw(", ")
                    .bind(pk.clone())
                    .raw(")");
            }
            // Another transaction may have inserted the same link meanwhile.
            sql.raw(" ON CONFLICT DO NOTHING").execute(conn)?;
        }
        Ok(())
    }
}
