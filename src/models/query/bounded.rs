//! Counts that end at a limit, ends and estimates: they cost the same for any number of rows.

use super::{Builder, Query};
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::{Error, Result};
use crate::models::{ColumnPath, Condition, Lookup};

/// If the keys of a table are within this range, the table is counted as a whole.
const FEW: i64 = 50_000;

impl Query {
    /// Returns the number of rows, or `limit + 1` if there are more than `limit`. Reads at most
    /// `limit + 1` rows that match.
    pub fn count_up_to(&self, conn: &mut Conn, limit: i64) -> Result<i64> {
        let mut builder = Builder::new(self.model);
        let filter = builder.conditions(&self.conditions);
        let most = limit.saturating_add(1);
        let one_by_one = Sql::new("SELECT COUNT(*) FROM (SELECT 1 AS n")
            .append(builder.from())
            .append(filter)
            .raw(" LIMIT ")
            .number(most)
            .raw(") AS bounded");
        let sql = match conn {
            Conn::Sqlite(_) if self.conditions.is_empty() && self.has_whole_keys() => {
                self.count_of_few(one_by_one, most)
            }
            _ => one_by_one,
        };
        Ok(first_number(sql, conn)?.unwrap_or_default())
    }

    /// Whether the primary keys are whole numbers.
    fn has_whole_keys(&self) -> bool {
        matches!(self.model.pk().sql, Kind::Integer | Kind::BigInt)
    }

    /// Counts the whole table on SQLite, and uses `otherwise` if it may have many rows. SQLite counts a whole
    /// table page by page, ten times as fast as row by row, but without an end; the keys say first that there
    /// are few rows.
    fn count_of_few(&self, otherwise: Sql, most: i64) -> Sql {
        let end = |function: &'static str| {
            Sql::new("(SELECT ")
                .raw(function)
                .raw("(")
                .ident(self.model.pk().column)
                .raw(") FROM ")
                .ident(self.model.table)
                .raw(")")
        };
        Sql::new("SELECT CASE WHEN ")
            .append(end("MAX"))
            .raw(" - ")
            .append(end("MIN"))
            .raw(" < ")
            .number(FEW)
            .raw(" THEN MIN((SELECT COUNT(*) FROM ")
            .ident(self.model.table)
            .raw("), ")
            .number(most)
            .raw(") ELSE (")
            .append(otherwise)
            .raw(") END")
    }

    /// Returns the smallest and the largest value at `path`, by the order of an index. Rows without a
    /// value are left out.
    pub fn ends(&self, conn: &mut Conn, path: &ColumnPath) -> Result<Option<(Value, Value)>> {
        let end = |descending: bool, conn: &mut Conn| {
            let filled = Condition::Is {
                path: path.clone(),
                lookup: Lookup::IsNull,
                values: vec![false.into()],
            };
            let mut builder = Builder::new(self.model);
            let column = builder.column(path);
            let conditions: Vec<Condition> =
                self.conditions.iter().cloned().chain([filled]).collect();
            let filter = builder.conditions(&conditions);
            let sql = Sql::new("SELECT ")
                .append(column)
                .append(builder.from())
                .append(filter)
                .raw(" ORDER BY ")
                .append(builder.order_column(path))
                .raw(if descending {
                    " DESC LIMIT 1"
                } else {
                    " LIMIT 1"
                });
            let rows = sql.returns(&[self.kind(path)]).load(conn)?;
            Ok::<_, Error>(rows.into_iter().flatten().next())
        };
        Ok(end(false, conn)?.zip(end(true, conn)?))
    }

    /// Returns an estimate of the number of rows of the whole table from the statistics of the
    /// database; `None` before it has collected any.
    pub fn estimated_total(&self, conn: &mut Conn) -> Result<Option<i64>> {
        let table = self.model.table;
        let sql = match conn {
            // After a failed estimate the number is -1.
            Conn::Postgres(_) => Sql::new(
                "SELECT CAST(reltuples AS bigint) FROM pg_class WHERE reltuples >= 0 AND oid = to_regclass(",
            )
            .bind(format!("\"{}\"", table.replace('"', "\"\"")))
            .raw(")"),
            // Rows are rarely deleted, so the keys tell more than statistics of yesterday.
            Conn::Sqlite(_) => {
                // Each in its own query: SQLite uses the order of the rows for one MIN or MAX only.
                Sql::new("SELECT (SELECT MAX(rowid) FROM ")
                    .ident(table)
                    .raw(") - (SELECT MIN(rowid) FROM ")
                    .ident(table)
                    .raw(") + 1")
            }
        };
        first_number(sql, conn)
    }
}

fn first_number(sql: Sql, conn: &mut Conn) -> Result<Option<i64>> {
    let rows = sql.returns(&[Kind::BigInt]).load(conn)?;
    Ok(rows.first().and_then(|row| row.first()?.as_i64()))
}
