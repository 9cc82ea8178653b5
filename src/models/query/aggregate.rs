//! Counts, ranges and distinct values of many rows.

use super::{Builder, Query};
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Lookup};

/// Number of columns in one statement, well below the limits of both databases.
const AT_ONCE: usize = 200;

/// Totals of a list, which are shown above its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Number of rows.
    pub count: i64,
    /// Number of rows of the other query.
    pub whole: Option<i64>,
    /// The smallest and the largest value of a column.
    pub ends: Option<(Value, Value)>,
    /// For each requested span, whether it contains a value of that column; `None` if this was not
    /// queried.
    pub occurring: Option<Vec<bool>>,
}

impl Summary {
    /// Reads the columns of [`Query::summary_sql`].
    pub(super) fn from_row(row: Vec<Value>, has_ends: bool) -> Self {
        let mut row = row.into_iter();
        let count = row
            .next()
            .and_then(|count| count.as_i64())
            .unwrap_or_default();
        let ends = if has_ends {
            row.next().zip(row.next())
        } else {
            None
        };
        Self {
            count,
            whole: row.next().and_then(|count| count.as_i64()),
            ends,
            occurring: None,
        }
    }
}

impl Query {
    /// Returns the number of rows, the number of rows of `whole`, and the range of the column at
    /// `path`, in one statement.
    pub fn summary(
        &self,
        conn: &mut Conn,
        whole: Option<&Self>,
        path: Option<&ColumnPath>,
    ) -> Result<Summary> {
        let (sql, columns) = self.summary_sql(whole, path);
        let kinds: Vec<Kind> = columns.iter().map(|(_, kind)| *kind).collect();
        let row = sql.returns(&kinds).load(conn)?.pop().unwrap_or_default();
        Ok(Summary::from_row(row, path.is_some()))
    }

    /// Returns the statement that [`summary`](Self::summary) runs, with its columns.
    pub(super) fn summary_sql(
        &self,
        whole: Option<&Self>,
        path: Option<&ColumnPath>,
    ) -> (Sql, Vec<(&'static str, Kind)>) {
        let kind = path.map(|path| self.kind(path));
        let mut columns = vec![("n", Kind::BigInt)];
        columns.extend(kind.into_iter().flat_map(|kind| [("a", kind), ("z", kind)]));
        columns.extend(whole.map(|_| ("w", Kind::BigInt)));
        let counting = |sql: Sql| match whole {
            Some(whole) => sql.raw(", ").append(whole.counting()).raw(" AS w"),
            None => sql,
        };
        let is_indexed = |path: &ColumnPath| {
            let field = self.model.resolve(path).filter(|_| path.steps.is_empty());
            field.is_some_and(|field| field.db_index || field.unique || field.primary_key)
        };
        let mut sql = Sql::new("SELECT ");
        if let Some(path) = path.filter(|path| self.is_filtered() || !is_indexed(path)) {
            // Scan the rows once.
            let mut builder = Builder::new(self.model);
            let (conditions, column) = (builder.conditions(&self.conditions), builder.column(path));
            sql = counting(sql.raw("found.n AS n, found.a AS a, found.z AS z"));
            sql = sql.raw(" FROM (SELECT COUNT(*) AS n, MIN(r.v) AS a, MAX(r.v) AS z");
            sql = sql
                .raw(" FROM (SELECT ")
                .append(column)
                .raw(" AS v")
                .append(builder.from())
                .append(conditions);
            return (sql.raw(") AS r) AS found"), columns);
        }
        sql = sql.append(self.counting()).raw(" AS n");
        if let Some(path) = path {
            // Separate subqueries, so that each can use an index.
            sql = sql
                .raw(", ")
                .append(self.end(path, "MIN("))
                .raw(" AS a, ")
                .append(self.end(path, "MAX("))
                .raw(" AS z");
        }
        (counting(sql), columns)
    }

    /// Returns `(SELECT COUNT(*) …)`.
    fn counting(&self) -> Sql {
        let mut builder = Builder::new(self.model);
        let conditions = builder.conditions(&self.conditions);
        Sql::new("(SELECT COUNT(*)")
            .append(builder.from())
            .append(conditions)
            .raw(")")
    }

    fn end(&self, path: &ColumnPath, function: &'static str) -> Sql {
        let mut builder = Builder::new(self.model);
        let (column, conditions) = (builder.column(path), builder.conditions(&self.conditions));
        let sql = Sql::new("(SELECT ").raw(function).append(column).raw(")");
        sql.append(builder.from()).append(conditions).raw(")")
    }

    /// Returns, for each of `conditions`, the number of rows that also match it.
    pub fn counts(&self, conn: &mut Conn, conditions: &[Condition]) -> Result<Vec<i64>> {
        let mut counts = Vec::with_capacity(conditions.len());
        for some in conditions.chunks(AT_ONCE) {
            let mut builder = Builder::new(self.model);
            let mut sql = Sql::new("SELECT ");
            for (at, condition) in some.iter().enumerate() {
                sql = sql.raw(if at > 0 {
                    ", COUNT(*) FILTER (WHERE "
                } else {
                    "COUNT(*) FILTER (WHERE "
                });
                sql = sql.append(builder.condition(condition)).raw(")");
            }
            let filter = builder.conditions(&self.conditions);
            let rows = sql
                .append(builder.from())
                .append(filter)
                .returns(&vec![Kind::BigInt; some.len()])
                .load(conn)?;
            counts.extend(
                rows.into_iter()
                    .flatten()
                    .map(|count| count.as_i64().unwrap_or_default()),
            );
        }
        Ok(counts)
    }

    /// Returns for each of `spans`, which are consecutive, whether the column at `path` has a value
    /// from its first to below its second end. If these rows are `many` of all, each span finds one
    /// quickly.
    pub fn occurring(
        &self,
        conn: &mut Conn,
        path: &ColumnPath,
        spans: &[(Value, Value)],
        many: bool,
    ) -> Result<Vec<bool>> {
        if self.is_filtered() && !many {
            // Finding the rows is the expensive part, so do it once for all spans.
            let is = |lookup, value: &Value| Condition::Is {
                path: path.clone(),
                lookup,
                values: vec![value.clone()],
            };
            let within = |(from, to): &(Value, Value)| {
                Condition::All(vec![is(Lookup::Gte, from), is(Lookup::Lt, to)])
            };
            let counts = self.counts(conn, &spans.iter().map(within).collect::<Vec<_>>())?;
            return Ok(counts.into_iter().map(|count| count > 0).collect());
        }
        let mut found = Vec::with_capacity(spans.len());
        let as_rows = if matches!(conn, Conn::Postgres(_)) {
            listed
        } else {
            values
        };
        for some in spans.chunks(AT_ONCE) {
            let sql = Sql::new("WITH spans (least, most) AS (")
                .append(as_rows(some))
                .raw(") SELECT ");
            let sql = sql
                .append(self.occurs(path))
                .raw(" FROM spans WHERE spans.most IS NOT NULL ORDER BY spans.least");
            let rows = sql.returns(&[Kind::Bool]).load(conn)?;
            found.extend(rows.into_iter().flatten().map(|yes| yes.is_true()));
        }
        Ok(found)
    }

    /// Returns a condition: whether the column at `path` has a value in the span of the row
    /// `spans`.
    fn occurs(&self, path: &ColumnPath) -> Sql {
        let mut builder = Builder::new(self.model);
        let [least, most] = [(); 2].map(|()| builder.column(path));
        let mut condition = least
            .raw(" >= spans.least AND ")
            .append(most)
            .raw(" < spans.most");
        for other in &self.conditions {
            condition = condition.raw(" AND ").append(builder.condition(other));
        }
        Sql::new("EXISTS (SELECT 1")
            .append(builder.from())
            .raw(" WHERE ")
            .append(condition)
            .raw(")")
    }

    /// On PostgreSQL, adds a column `d` to `summary`: a `1` for each of `spans` in which the column
    /// at `path` has a value, and a `0` for each other.
    pub(super) fn with_occurring(
        &self,
        summary: Sql,
        path: &ColumnPath,
        spans: &[(Value, Value)],
    ) -> Sql {
        let sql = Sql::new("SELECT s.*, (WITH spans (least, most) AS (").append(listed(spans));
        let sql = sql
            .raw(") SELECT STRING_AGG(CASE WHEN ")
            .append(self.occurs(path));
        let sql = sql.raw(" THEN '1' ELSE '0' END, '' ORDER BY spans.least) FROM spans WHERE spans.most IS NOT NULL)");
        sql.raw(" AS d FROM (").append(summary).raw(") AS s")
    }

    /// Returns the first `limit` distinct values of the column at `path`, in order.
    pub fn distinct(&self, conn: &mut Conn, path: &ColumnPath, limit: i64) -> Result<Vec<Value>> {
        let mut builder = Builder::new(self.model);
        let (column, filter) = (builder.column(path), builder.conditions(&self.conditions));
        let sql = Sql::new("SELECT DISTINCT ")
            .append(column)
            .append(builder.from())
            .append(filter);
        // With NULL first, NULL is included even if there are more values than `limit`.
        let order = if self.model.is_nullable(path) {
            " ORDER BY 1 NULLS FIRST LIMIT "
        } else {
            " ORDER BY 1 LIMIT "
        };
        let sql = sql.raw(order).number(limit);
        Ok(sql
            .returns(&[self.kind(path)])
            .load(conn)?
            .into_iter()
            .flatten()
            .collect())
    }
}

/// Returns spans as rows with their two ends.
fn values(spans: &[(Value, Value)]) -> Sql {
    let mut sql = Sql::new("VALUES ");
    for (at, (from, to)) in spans.iter().enumerate() {
        sql = sql
            .raw(if at > 0 { ", (" } else { "(" })
            .bind(from.clone())
            .raw(", ")
            .bind(to.clone())
            .raw(")");
    }
    sql
}

/// Does the same on PostgreSQL with a single value, which is faster than two for each day of a
/// month. After the last span there is an additional row without an end.
fn listed(spans: &[(Value, Value)]) -> Sql {
    let mut ends = String::with_capacity(24 * (spans.len() + 1));
    for end in spans
        .first()
        .map(|(first, _)| first)
        .into_iter()
        .chain(spans.iter().map(|(_, end)| end))
    {
        ends.push_str(if ends.is_empty() { "" } else { "," });
        end.push_to(&mut ends);
    }
    let array = match spans.first() {
        Some((Value::Date(_), _)) => "::date[]",
        _ => "::timestamptz[]",
    };
    // Years with more than four digits, or before year 1, have another format.
    if ends.contains('+') || ends.split(',').any(|end| end.starts_with('-')) {
        return values(spans);
    }
    let sql = Sql::new("SELECT e, LEAD(e) OVER (ORDER BY e) FROM UNNEST(STRING_TO_ARRAY(")
        .bind(ends.as_str());
    sql.raw(", ',')").raw(array).raw(") AS e")
}
