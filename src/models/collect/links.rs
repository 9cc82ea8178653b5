//! Link tables of many-to-many fields, which have no model.

use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;
use crate::models::{Meta, Query};

/// A link table, seen from one of its two models.
#[derive(Debug, Clone, Copy)]
pub struct LinkTable {
    /// The model that has the many-to-many field.
    pub from: &'static Meta,
    /// The model that the field refers to.
    pub to: &'static Meta,
    /// The table.
    pub table: &'static str,
    /// The column that refers to the rows on this side.
    pub column: &'static str,
    /// The column that refers to rows of `other`.
    pub other_column: &'static str,
    /// The model on the other side.
    pub other: &'static Meta,
}

impl Meta {
    /// Returns the link tables with links of this model.
    pub(crate) fn link_tables(&'static self) -> Vec<LinkTable> {
        LinkTable::for_model(self)
    }
}

impl LinkTable {
    /// Returns the link tables with links of `model`.
    pub(super) fn for_model(model: &'static Meta) -> Vec<Self> {
        let mut found = Vec::new();
        let models = crate::models::all().iter().copied();
        for owner in models.filter(|model| model.proxy_for().is_none()) {
            // A deletion reaches links that have a model along their foreign keys.
            let many = owner.many.iter();
            for many in many.filter(|many| many.through_model.is_none()) {
                let table = many.through();
                let (near, far) = (many.from_column, many.to_column);
                if owner.is_same_table(model) {
                    let to = many.to();
                    found.push(Self {
                        from: owner,
                        to,
                        table,
                        column: near,
                        other_column: far,
                        other: to,
                    });
                }
                if many.to().is_same_table(model) {
                    found.push(Self {
                        from: owner,
                        to: model,
                        table,
                        column: far,
                        other_column: near,
                        other: owner,
                    });
                }
            }
        }
        found
    }

    /// Returns Django's name for such rows: `product-tag relationship`.
    pub fn verbose_name(&self, count: i64) -> String {
        let noun = if count == 1 {
            "relationship"
        } else {
            "relationships"
        };
        format!("{}-{} {noun}", self.from.name, self.to.name)
    }

    /// Returns `SELECT COUNT(*) …`, which counts the links of `rows`.
    pub(super) fn count_sql(&self, rows: &Query) -> Sql {
        Sql::new("SELECT COUNT(*) FROM ")
            .ident(self.table)
            .append(self.condition(rows))
    }

    /// Deletes the links of `rows` and returns their number.
    pub(super) fn delete(&self, conn: &mut Conn, rows: &Query) -> Result<usize> {
        Sql::new("DELETE FROM ")
            .ident(self.table)
            .append(self.condition(rows))
            .execute(conn)
    }

    /// Returns all links of `rows`, as pairs of primary keys: the links of one row follow one another.
    pub(crate) fn all(&self, conn: &mut Conn, rows: &Query) -> Result<Vec<(Value, Value)>> {
        self.some(conn, rows, i64::MAX)
    }

    /// Returns up to `limit` links of `rows`, as pairs of primary keys.
    pub(super) fn some(
        &self,
        conn: &mut Conn,
        rows: &Query,
        limit: i64,
    ) -> Result<Vec<(Value, Value)>> {
        let kinds: [Kind; 2] = [rows.model().pk().sql, self.other.pk().sql];
        let sql = Sql::new("SELECT ")
            .ident(self.column)
            .raw(", ")
            .ident(self.other_column)
            .raw(" FROM ");
        let sql = sql
            .ident(self.table)
            .append(self.condition(rows))
            .raw(" ORDER BY ")
            .ident(self.column)
            .raw(", ");
        let found = sql
            .ident(self.other_column)
            .raw(" LIMIT ")
            .number(limit)
            .returns(&kinds)
            .load(conn)?;
        let pairs = found
            .into_iter()
            .filter_map(|row| <[Value; 2]>::try_from(row).ok());
        Ok(pairs.map(|[here, there]| (here, there)).collect())
    }

    /// Returns the number of links of each of `rows`.
    pub(super) fn counts(&self, conn: &mut Conn, rows: &Query) -> Result<Vec<(Value, i64)>> {
        let sql = Sql::new("SELECT ")
            .ident(self.column)
            .raw(", COUNT(*) FROM ")
            .ident(self.table);
        let sql = sql
            .append(self.condition(rows))
            .raw(" GROUP BY ")
            .ident(self.column);
        let found = sql
            .returns(&[rows.model().pk().sql, Kind::BigInt])
            .load(conn)?;
        Ok(found
            .into_iter()
            .filter_map(|row| Some((row.first()?.clone(), row.get(1)?.as_i64()?)))
            .collect())
    }

    fn condition(&self, rows: &Query) -> Sql {
        Sql::new(" WHERE ")
            .ident(self.column)
            .raw(" IN (")
            .append(rows.pks_sql())
            .raw(")")
    }
}
