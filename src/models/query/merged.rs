//! Pages of a list in the order of an index that begins with an additional boolean column.
//!
//! An index on `(is_active, name, id)` gives the active rows by name and the others by name.
//! Neither database merges the two parts by itself: each sorts the whole table for one page.

use super::build::{Builder, direction};
use super::found::ORDER;
use super::{Query, Sql};
use crate::db::Kind;
use crate::models::{ColumnPath, IndexColumn, Order};

impl Query {
    /// Returns the boolean column at the beginning of such an index.
    pub(super) fn leading_column(&self) -> Option<&'static str> {
        let first = self.order.first().filter(|_| self.conditions.is_empty())?;
        if self.has_index_of_order() {
            return None;
        }
        if !self
            .order
            .iter()
            .all(|key| key.path.steps.is_empty() && key.descending == first.descending)
        {
            return None;
        }
        let is_boolean = |column: &str| {
            self.model
                .column(column)
                .is_some_and(|field| field.sql == Kind::Bool && !field.null)
        };
        let indexes = self.model.indexes.iter();
        let mut complete = indexes.filter(|index| index.is_complete());
        complete.find_map(|index| {
            let (leading, rest) = index
                .columns
                .split_first()
                .filter(|(leading, _)| is_boolean(leading.column))?;
            let fits = rest.len() >= self.order.len() && self.order.len() <= ORDER.len();
            (fits
                && self
                    .order
                    .iter()
                    .zip(rest)
                    .all(|(key, indexed)| key.path.column == indexed.column && !indexed.descending))
            .then_some(leading.column)
        })
    }

    /// Whether an index has exactly this order, or the opposite one.
    fn has_index_of_order(&self) -> bool {
        let is_same = |(key, indexed): (&Order, &IndexColumn)| {
            key.path.steps.is_empty() && key.path.column == indexed.column && !indexed.descending
        };
        self.model.indexes.iter().any(|index| {
            index.is_complete()
                && index.columns.len() >= self.order.len()
                && self.order.iter().zip(&index.columns).all(is_same)
        })
    }

    /// Returns `SELECT pk …`: up to `limit` of these rows after the first `offset`, merged from
    /// both halves of an index that begins with the boolean column `leading`.
    pub(super) fn merged(
        &self,
        outer: &mut Builder,
        leading: &'static str,
        limit: i64,
        offset: i64,
    ) -> Sql {
        let part = |is_right: &'static str, is_cut: bool| {
            let mut builder = outer.inner(self.model);
            let mut sql = Sql::new("SELECT ")
                .append(builder.column(&ColumnPath::own(self.model.pk().column)))
                .raw(" AS k");
            for (key, name) in self.order.iter().zip(ORDER) {
                sql = sql
                    .raw(", ")
                    .append(builder.column(&key.path))
                    .raw(" AS ")
                    .ident(name);
            }
            let column = builder.column(&ColumnPath::own(leading));
            let sql = sql
                .append(builder.from())
                .raw(" WHERE ")
                .append(column)
                .raw(is_right);
            if !is_cut {
                return sql;
            }
            let sql = sql.append(builder.order(&self.order)).raw(" LIMIT ");
            // There are many later pages, and each would be a separate statement.
            if offset == 0 {
                sql.number(limit)
            } else {
                sql.bind(limit.saturating_add(offset))
            }
        };
        // PostgreSQL merges only parts that are sorted already; SQLite merges parts that it can
        // read in order, but not parts with a limit.
        let (no, yes) = (" = FALSE", " = TRUE");
        let postgres = Sql::new("(")
            .append(part(no, true))
            .raw(") UNION ALL (")
            .append(part(yes, true))
            .raw(")");
        // A boolean column of SQLite may hold other numbers, which sort before 0 or after 1.
        let mut sqlite = part(no, false);
        for is_right in [yes, " < 0", " > 1"] {
            sqlite = sqlite.raw(" UNION ALL ").append(part(is_right, false));
        }
        let mut sql = Sql::new("SELECT m.k FROM (").append_either(postgres, sqlite);
        for (at, (key, name)) in self.order.iter().zip(ORDER).enumerate() {
            sql = sql
                .raw(if at > 0 { ", " } else { " ORDER BY " })
                .ident(name);
            sql = sql.append(direction(self.model, key));
        }
        sql = sql
            .raw(" LIMIT ")
            .number(limit)
            .raw(" OFFSET ")
            .bind(offset)
            .raw(") AS m");
        outer.take_aliases(&outer.inner(self.model));
        sql
    }
}
