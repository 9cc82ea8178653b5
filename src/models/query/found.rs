//! Searches in texts, which are expensive, so their results are reused.

use super::build::broken_last;
use super::{Builder, Query, Row};
use crate::db::{Conn, Sql, Value};
use crate::error::Result;
use crate::models::ColumnPath;

/// Names of the sort keys within a statement.
pub(super) const ORDER: [&str; 8] = ["o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7"];

impl Query {
    /// Returns the primary keys of these rows in order, each with the value of the column at
    /// `path`, in one pass. Returns `None` if there are more than `most` rows, which is detected
    /// early.
    pub fn few(
        &self,
        conn: &mut Conn,
        path: Option<&ColumnPath>,
        most: i64,
    ) -> Result<Option<Vec<Row>>> {
        let pk = ColumnPath::own(self.model.pk().column);
        let path = path.unwrap_or(&pk);
        let mut builder = Builder::keeping_broken_rows(self.model);
        let mut inner = Sql::new("SELECT ")
            .append(builder.column(&pk))
            .raw(" AS k, ");
        inner = inner.append(builder.column(path)).raw(" AS d");
        let mut order = Sql::default();
        for (at, (key, name)) in self.order.iter().zip(ORDER).enumerate() {
            inner = inner
                .raw(", ")
                .append(builder.order_column(&key.path))
                .raw(" AS ")
                .ident(name);
            order = order
                .raw(if at > 0 { ", f." } else { " ORDER BY f." })
                .ident(name);
            order = order.append(broken_last(self.model, key));
        }
        let conditions = builder.conditions(&self.conditions);
        let sql = Sql::new("WITH f AS MATERIALIZED (")
            .append(inner)
            .append(builder.from())
            .append(conditions);
        let sql = sql
            .raw(" LIMIT ")
            .number(most + 1)
            .raw(") SELECT f.k, f.d FROM f")
            .append(order);
        let found = sql
            .returns(&[self.model.pk().sql, self.kind(path)])
            .load(conn)?;
        Ok(i64::try_from(found.len())
            .is_ok_and(|found| found <= most)
            .then_some(found))
    }

    /// Returns the primary keys of up to `limit` of these rows after the first `offset`, searching
    /// only the first `first` rows of `all`: if many rows match, the first matches are there.
    pub fn among_first(
        &self,
        conn: &mut Conn,
        all: &Self,
        first: i64,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Value>> {
        let pk = ColumnPath::own(self.model.pk().column);
        let mut builder = Builder::keeping_broken_rows(self.model);
        let select = Sql::new("SELECT ").append(builder.column(&pk));
        let conditions = builder.conditions(&self.conditions);
        let order = builder.order(&self.order);
        let inner = all
            .clone()
            .order_by(self.order.clone())
            .picked(&mut builder, Some(first), 0);
        let sql = select.append(builder.from()).append(conditions);
        let sql = sql.raw(if self.conditions.is_empty() {
            " WHERE "
        } else {
            " AND "
        });
        let sql = sql
            .append(builder.column(&pk))
            .raw(" IN (")
            .append(inner)
            .raw(")")
            .append(order);
        let sql = sql
            .raw(" LIMIT ")
            .number(limit)
            .raw(" OFFSET ")
            .bind(offset);
        Ok(sql
            .returns(&[self.model.pk().sql])
            .load(conn)?
            .into_iter()
            .flatten()
            .collect())
    }
}
