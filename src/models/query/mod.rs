//! Queries for rows of any model (Django's querysets, as far as the admin needs them).

mod aggregate;
mod annotated;
mod bounded;
mod broken_last;
mod build;
mod chunks;
mod compare;
mod empty_last;
mod found;
mod index_lookup;
mod key_list;
mod keyed;
mod merged;
mod one_of;
mod part;
mod recursive;
mod search;

use super::{Assignment, ColumnPath, Condition, Field, Meta, Order, Record};
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;
pub use aggregate::Summary;
use build::Builder;
pub use chunks::Chunks;
pub(super) use index_lookup::fts5_query;
pub use key_list::KeyList;
pub use keyed::Place;
pub(super) use one_of::one_of;
pub use search::SearchCandidates;
pub(super) use search::indexed;

/// The values of some columns of one row.
pub type Row = Vec<Value>;

/// A query for rows of a model, in a certain order.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    model: &'static Meta,
    conditions: Vec<Condition>,
    order: Vec<Order>,
    /// The column that identifies a row, if it is not the primary key.
    key: Option<&'static str>,
}

impl Query {
    /// Selects every row of `model`, in the model's default order.
    pub fn new(model: &'static Meta) -> Self {
        Self {
            model,
            conditions: Vec::new(),
            order: model.ordering.clone(),
            key: None,
        }
    }

    /// Returns the model.
    pub fn model(&self) -> &'static Meta {
        self.model
    }

    /// Adds a condition.
    #[must_use]
    pub fn filter(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Selects only the rows with these primary keys.
    #[must_use]
    pub fn with_pks(self, pks: Vec<Value>) -> Self {
        let pk = ColumnPath::own(self.key());
        self.filter(Condition::one_of(pk, pks))
    }

    /// Identifies rows by this unique column instead of the primary key, in
    /// [`with_pks`](Self::with_pks), [`pks`](Self::pks) and [`named`](Self::named).
    #[must_use]
    pub fn by_key(mut self, column: &'static str) -> Self {
        self.key = Some(column);
        self
    }

    /// Returns the field that identifies a row.
    pub fn key_field(&self) -> &'static Field {
        let field = self.key.and_then(|column| self.model.column(column));
        field.unwrap_or_else(|| self.model.pk())
    }

    fn key(&self) -> &'static str {
        self.key.unwrap_or_else(|| self.model.pk().column)
    }

    /// Sets the order.
    #[must_use]
    pub fn order_by(mut self, order: Vec<Order>) -> Self {
        self.order = order;
        self
    }

    /// Returns the order.
    pub fn order(&self) -> &[Order] {
        &self.order
    }

    /// Whether the query has conditions.
    pub fn is_filtered(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Returns the number of rows.
    pub fn count(&self, conn: &mut Conn) -> Result<i64> {
        let rows = self.count_sql().returns(&[Kind::BigInt]).load(conn)?;
        Ok(rows
            .first()
            .and_then(|row| row.first())
            .and_then(Value::as_i64)
            .unwrap_or_default())
    }

    /// Returns `SELECT COUNT(*) …`, for use in another statement.
    pub(super) fn count_sql(&self) -> Sql {
        let mut builder = Builder::new(self.model);
        let filter = builder.conditions(&self.conditions);
        Sql::new("SELECT COUNT(*)")
            .append(builder.from())
            .append(filter)
    }

    /// Returns the number of rows for each value at `path`.
    pub fn count_by(&self, conn: &mut Conn, path: &ColumnPath) -> Result<Vec<(Value, i64)>> {
        let mut builder = Builder::new(self.model);
        let filter = builder.conditions(&self.conditions);
        let by = builder.column(path);
        let sql = Sql::new("SELECT ")
            .append(by)
            .raw(", COUNT(*)")
            .append(builder.from())
            .append(filter);
        let sql = sql.raw(" GROUP BY ").append(builder.column(path));
        let rows = sql.returns(&[self.kind(path), Kind::BigInt]).load(conn)?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.first()?.clone(), row.get(1)?.as_i64()?)))
            .collect())
    }

    /// Returns the columns at `paths` of up to `limit` rows after the first `offset`.
    ///
    /// The rows of a page are selected by primary key before any table is joined: skipping or
    /// sorting a joined row costs as much as reading it.
    pub fn rows(
        &self,
        conn: &mut Conn,
        paths: &[ColumnPath],
        limit: Option<i64>,
        offset: i64,
    ) -> Result<Vec<Row>> {
        let kinds: Vec<Kind> = paths.iter().map(|path| self.kind(path)).collect();
        self.rows_sql(paths, limit, offset, None)
            .returns(&kinds)
            .load(conn)
    }

    /// Returns the rows and the [`summary`](Self::summary) of all rows in one statement: a round
    /// trip to PostgreSQL costs more than repeated columns. Returns `None` if there is no row after
    /// the first `offset`.
    ///
    /// On PostgreSQL also returns in which of `spans` the column `ends` has a value; see
    /// [`occurring`](Self::occurring).
    pub fn rows_and_summary(
        &self,
        conn: &mut Conn,
        paths: &[ColumnPath],
        (limit, offset): (i64, i64),
        ends: Option<&ColumnPath>,
        spans: &[(Value, Value)],
    ) -> Result<Option<(Vec<Row>, Summary)>> {
        let (mut summary, mut columns) = self.summary_sql(None, ends);
        let asks = ends.filter(|_| !spans.is_empty() && matches!(conn, Conn::Postgres(_)));
        if let Some(path) = asks {
            summary = self.with_occurring(summary, path, spans);
            columns.push(("d", Kind::Text));
        }
        let (names, once): (Vec<&'static str>, Vec<Kind>) = columns.into_iter().unzip();
        let kinds: Vec<Kind> = paths.iter().map(|path| self.kind(path)).collect();
        let sql = self.rows_sql(paths, Some(limit), offset, Some((summary, &names)));
        let mut rows = sql.returns(&kinds).returns_once(&once).load(conn)?;
        let Some(mut row) = rows.first_mut().map(|row| row.split_off(kinds.len())) else {
            return Ok(None);
        };
        let occurring = asks.and_then(|_| {
            Some(
                row.pop()?
                    .as_str()?
                    .bytes()
                    .map(|digit| digit == b'1')
                    .collect(),
            )
        });
        Ok(Some((
            rows,
            Summary {
                occurring,
                ..Summary::from_row(row, ends.is_some())
            },
        )))
    }

    /// Returns `SELECT …`. The columns of a statement with a single row can be added: they are in
    /// the first row, and in the others repeated or NULL.
    fn rows_sql(
        &self,
        paths: &[ColumnPath],
        limit: Option<i64>,
        offset: i64,
        beside: Option<(Sql, &[&'static str])>,
    ) -> Sql {
        let mut builder = Builder::keeping_broken_rows(self.model);
        let mut select = Sql::new("SELECT ");
        for (at, path) in paths.iter().enumerate() {
            select = if at > 0 { select.raw(", ") } else { select }.append(builder.column(path));
        }
        let (filter, picked) = if limit.is_some()
            && (offset > 0 || builder.is_joined() || self.is_picked_in_parts())
        {
            let pk = ColumnPath::own(self.model.pk().column);
            let inner = self.picked(&mut builder, limit, offset);
            // As one value PostgreSQL looks up each by primary key. With IN it may read the whole
            // table.
            let filter = Sql::new(" WHERE ")
                .append(builder.column(&pk))
                .either(" = ANY(ARRAY(", " IN (");
            (filter.append(inner).either("))", ")"), true)
        } else {
            (builder.conditions(&self.conditions), false)
        };
        let order = builder.order(&self.order);
        let (mut from, mut window) = (builder.from(), Sql::default());
        if let Some((beside, names)) = beside {
            // PostgreSQL would send the columns a hundred times. But numbering rows that were not
            // selected first would sort the whole table.
            let (before, after) = if picked {
                (
                    ", CASE WHEN ROW_NUMBER() OVER page = 1 THEN beside.",
                    " END",
                )
            } else {
                (", beside.", "")
            };
            for name in names {
                select = select
                    .either(before, ", beside.")
                    .ident(name)
                    .either(after, "");
            }
            from = from.raw(" CROSS JOIN (").append(beside).raw(") AS beside");
            if picked {
                let same = Sql::new(" WINDOW page AS (")
                    .append(builder.order(&self.order))
                    .raw(")");
                window = window.append_either(same, Sql::default());
            }
        }
        let mut sql = select
            .append(from)
            .append(filter)
            .append(window)
            .append(order);
        if let Some(limit) = limit.filter(|_| !picked) {
            sql = sql.raw(" LIMIT ").number(limit);
        }
        sql
    }

    /// Whether an index can give these rows only if they are read in two parts and merged.
    fn is_picked_in_parts(&self) -> bool {
        self.leading_column().is_some() || self.is_descending_by_nullable_index()
    }

    /// Returns `SELECT pk …` with up to `limit` of these rows after the first `offset`, for use in
    /// another statement.
    fn picked(&self, outer: &mut Builder, limit: Option<i64>, offset: i64) -> Sql {
        if let (Some(limit), Some(leading)) = (limit, self.leading_column()) {
            return self.merged(outer, leading, limit, offset);
        }
        let parts = limit.filter(|_| self.is_descending_by_nullable_index());
        let parts = parts.and_then(|limit| self.empty_last(outer, limit, offset));
        let plain = self.picked_in_one(outer, limit, offset);
        let plain = match limit.and_then(|limit| self.broken_last(outer, limit, offset)) {
            Some(with_broken) => Sql::default().append_either(plain, with_broken),
            None => plain,
        };
        match parts {
            Some(parts) => Sql::default().append_either(parts, plain),
            None => plain,
        }
    }

    fn picked_in_one(&self, outer: &mut Builder, limit: Option<i64>, offset: i64) -> Sql {
        let mut builder = outer.inner(self.model);
        let pk = builder.column(&ColumnPath::own(self.model.pk().column));
        let filter = builder.conditions(&self.conditions);
        let order = if limit.is_some() {
            builder.order(&self.order)
        } else {
            Sql::default()
        };
        let mut sql = Sql::new("SELECT ")
            .append(pk)
            .append(builder.from())
            .append(filter)
            .append(order);
        if let Some(limit) = limit {
            sql = sql
                .raw(" LIMIT ")
                .number(limit)
                .raw(" OFFSET ")
                .bind(offset);
        }
        outer.take_aliases(&builder);
        sql
    }

    /// Returns `SELECT pk …` with the primary keys of these rows, for use in another statement.
    pub fn pks_sql(&self) -> Sql {
        let mut builder = Builder::new(self.model).inner(self.model);
        let key = builder.column(&ColumnPath::own(self.key()));
        let filter = builder.conditions(&self.conditions);
        Sql::new("SELECT ")
            .append(key)
            .append(builder.from())
            .append(filter)
    }

    /// Returns the primary keys.
    pub fn pks(&self, conn: &mut Conn) -> Result<Vec<Value>> {
        let key = ColumnPath::own(self.key());
        Ok(self
            .rows(conn, &[key], None, 0)?
            .into_iter()
            .flatten()
            .collect())
    }

    /// Returns whole rows.
    pub fn records(&self, conn: &mut Conn, limit: Option<i64>, offset: i64) -> Result<Vec<Record>> {
        let own: Vec<ColumnPath> = self
            .model
            .fields
            .iter()
            .map(|field| ColumnPath::own(field.column))
            .collect();
        let rows = self.rows(conn, &own, limit, offset)?;
        Ok(rows
            .into_iter()
            .map(|values| Record {
                model: self.model,
                values,
            })
            .collect())
    }

    /// Returns the row with this primary key, if the query selects it.
    pub fn find(&self, conn: &mut Conn, pk: Value) -> Result<Option<Record>> {
        Ok(self
            .clone()
            .with_pks(vec![pk])
            .order_by(Vec::new())
            .records(conn, Some(1), 0)?
            .pop())
    }

    /// Returns the first row and its display name.
    pub fn first_named(&self, conn: &mut Conn) -> Result<Option<(Record, String)>> {
        Ok(self.named_records(conn, Some(1), 0)?.pop())
    }

    /// Returns whole rows with their display names.
    pub fn named_records(
        &self,
        conn: &mut Conn,
        limit: Option<i64>,
        offset: i64,
    ) -> Result<Vec<(Record, String)>> {
        let own = self
            .model
            .fields
            .iter()
            .map(|field| ColumnPath::own(field.column));
        let paths: Vec<ColumnPath> = own
            .chain(self.model.display.paths.iter().cloned())
            .collect();
        let named = self
            .rows(conn, &paths, limit, offset)?
            .into_iter()
            .map(|mut values| {
                let name = self
                    .model
                    .display
                    .say(&values.split_off(self.model.fields.len()))
                    .into_owned();
                (
                    Record {
                        model: self.model,
                        values,
                    },
                    name,
                )
            });
        Ok(named.collect())
    }

    /// Returns primary keys and display names of up to `limit` rows after the first `offset`.
    pub fn named(
        &self,
        conn: &mut Conn,
        limit: Option<i64>,
        offset: i64,
    ) -> Result<Vec<(Value, String)>> {
        let mut paths = vec![ColumnPath::own(self.key())];
        paths.extend(self.model.display.paths.iter().cloned());
        let rows = self.rows(conn, &paths, limit, offset)?;
        let named = rows.into_iter().map(|mut row| {
            let pk = row.remove(0);
            let name = self.model.display.say(&row).into_owned();
            (pk, name)
        });
        Ok(named.collect())
    }

    /// Sets columns in all these rows with one statement; returns the number of rows.
    pub fn update(&self, conn: &mut Conn, values: &[Assignment]) -> Result<usize> {
        let mut sql = Sql::new("UPDATE ").ident(self.model.table).raw(" SET ");
        for (at, Assignment { column, value }) in values.iter().enumerate() {
            sql = if at > 0 { sql.raw(", ") } else { sql }
                .ident(column)
                .raw(" = ")
                .bind(value.clone());
        }
        sql.raw(" WHERE ")
            .ident(self.model.pk().column)
            .raw(" IN (")
            .append(self.pks_sql())
            .raw(")")
            .execute(conn)
    }

    /// Deletes only these rows, and returns their number. See [`Collector`](super::Collector) for
    /// dependent rows.
    pub(super) fn delete_rows(&self, conn: &mut Conn) -> Result<usize> {
        let sql = Sql::new("DELETE FROM ")
            .ident(self.model.table)
            .raw(" WHERE ")
            .ident(self.model.pk().column);
        sql.raw(" IN (")
            .append(self.pks_sql())
            .raw(")")
            .execute(conn)
    }

    fn kind(&self, path: &ColumnPath) -> Kind {
        if let Some(aggregation) = path.aggregation() {
            return aggregation.kind;
        }
        self.model
            .resolve(path)
            .map_or(Kind::Text, |field| field.sql)
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::pg::Pg;

    use super::{ColumnPath, Query, Sql};
    use crate::models::Model as _;
    use crate::models::content_types::ContentType;

    #[test]
    fn rows_are_numbered_only_with_an_offset() {
        let rows = Query::new(ContentType::meta());
        let sql = |offset| {
            let beside = (Sql::new("SELECT 1 AS n"), ["n"].as_slice());
            let sql = rows.rows_sql(&[ColumnPath::own("model")], Some(100), offset, Some(beside));
            debug_query::<Pg, _>(&sql).to_string()
        };
        assert!(sql(100).contains("ROW_NUMBER()"));
        assert!(sql(0).contains(r#", beside."n" FROM"#) && !sql(0).contains("WINDOW"));
    }
}
