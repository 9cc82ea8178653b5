//! Writing rows and links of any model.

use chrono::{TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{ColumnPath, Field, ManyToMany, Meta, Query, Record};
use crate::db::{Conn, Kind, Sql, Timestamp, Value};
use crate::error::Result;

/// Links that one statement deletes or makes: SQLite takes 32,766 values.
const LINKS: usize = 5_000;

/// The present, as a column of this kind keeps it.
fn now(kind: Kind, zone: Tz) -> Value {
    let local = zone
        .from_utc_datetime(&Utc::now().naive_utc())
        .naive_local();
    match kind {
        Kind::Date => Value::Date(local.date()),
        Kind::Time => Value::Time(local.time()),
        _ => Timestamp::now().into(),
    }
}

impl Record {
    /// Sets what is set to now whenever a row is saved, and when it is made if it is `new`; these columns.
    pub fn stamp(&mut self, new: bool, zone: Tz) -> Vec<&'static str> {
        let is_stamped =
            |field: &&Field| !field.generated && (field.auto_now || (new && field.auto_now_add));
        let stamped = self.model.fields.iter().filter(is_stamped);
        let columns: Vec<(&'static str, Kind)> =
            stamped.map(|field| (field.column, field.sql)).collect();
        for (column, kind) in &columns {
            self.set(column, now(*kind, zone));
        }
        columns.into_iter().map(|(column, _)| column).collect()
    }

    /// Makes the row; its primary key is known from then on. Generated columns are left to the database.
    pub fn insert(&mut self, conn: &mut Conn) -> Result<()> {
        let pk = self.model.pk();
        let given = |(field, value): &(&'static Field, &Value)| {
            !(field.generated || (field.primary_key && value.is_null()))
        };
        let pairs: Vec<_> = self
            .model
            .fields
            .iter()
            .zip(&self.values)
            .filter(given)
            .collect();
        let (mut columns, mut values) = (Sql::default(), Sql::default());
        for (at, (field, value)) in pairs.into_iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            columns = columns.raw(comma).ident(field.column);
            values = values.raw(comma).bind(value.clone());
        }
        let sql = Sql::new("INSERT INTO ")
            .ident(self.model.table)
            .raw(" (")
            .append(columns)
            .raw(") VALUES (");
        let sql = sql
            .append(values)
            .raw(") RETURNING ")
            .ident(pk.column)
            .returns(&[pk.sql]);
        if let Some(made) = sql.load(conn)?.into_iter().flatten().next() {
            self.set(pk.column, made);
        }
        Ok(())
    }

    /// Writes these columns, and no others; returns how many rows there were. Generated columns are left to the database.
    pub fn update(&self, conn: &mut Conn, columns: &[&'static str]) -> Result<usize> {
        let fields = columns
            .iter()
            .filter_map(|column| self.model.column(column))
            .filter(|field| !field.generated);
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
            sql = sql.bind(self.value(field).clone());
        }
        sql.raw(" WHERE ")
            .ident(self.model.pk().column)
            .raw(" = ")
            .bind(self.pk().clone())
            .execute(conn)
    }

    /// Updates the columns whose values differ from those in `before`, and those that were [stamped](Self::stamp). A
    /// column is named once even if it is both: PostgreSQL refuses a statement that assigns to it twice.
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
            self.update(conn, &columns)?;
        }
        Ok(())
    }

    /// The columns whose values differ from those in `other`.
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

    /// What the row is called; it takes a query where that is said by other rows.
    pub fn name(&self, conn: &mut Conn) -> Result<String> {
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
        if let Some(values) = values {
            return Ok(display.say(&values).into_owned());
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
}

impl Query {
    /// Nobody else can change these rows before this transaction ends. They are locked in the order of their keys: who
    /// comes for some of them meanwhile waits, and holds none that this waits for.
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
            // Their keys stay, most likely: who only leads to them, an order to a product, need not wait.
            lock.raw(" FOR NO KEY UPDATE) AS locked").load(conn)?;
        }
        Ok(())
    }

    /// Whole rows that nobody else can change before this transaction ends.
    pub fn locked(&self, conn: &mut Conn) -> Result<Vec<Record>> {
        self.lock(conn)?;
        self.records(conn, None, 0)
    }

    /// The same, with what the rows are called.
    pub fn locked_named(&self, conn: &mut Conn) -> Result<Vec<(Record, String)>> {
        self.lock(conn)?;
        self.named_records(conn, None, 0)
    }
}

impl ManyToMany {
    /// What the rows with these primary keys link to: pairs of both keys, in the order of the links.
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
        sql = sql
            .ident(self.through())
            .raw(" WHERE ")
            .ident(self.from_column)
            .raw(" IN (");
        for (at, pk) in pks.iter().enumerate() {
            sql = sql.raw(if at > 0 { ", " } else { "" }).bind(pk.clone());
        }
        sql = sql.raw(") ORDER BY ");
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

    /// Makes the links of `from` be those to `to`: links that stay keep their ids.
    pub fn set(&self, conn: &mut Conn, from: &Value, before: &[Value], to: &[Value]) -> Result<()> {
        let gone: Vec<&Value> = before.iter().filter(|pk| !to.contains(pk)).collect();
        let fresh: Vec<&Value> = to.iter().filter(|pk| !before.contains(pk)).collect();
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
            // Someone else may have made the same link meanwhile.
            sql.raw(" ON CONFLICT DO NOTHING").execute(conn)?;
        }
        Ok(())
    }
}
