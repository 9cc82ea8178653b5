//! Tests rows that are not saved yet against conditions that are written in SQL.

use super::{Field, Meta, Record};
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::Result;

/// The number of rows in one statement: SQLite allows 32,766 bound values.
const ROWS: usize = 500;
/// The column that numbers the rows.
const NUMBER: &str = "nuages_number";

impl Meta {
    /// Returns the fields whose columns occur in an SQL expression.
    pub fn columns_in(&self, sql: &str) -> Vec<&Field> {
        // Texts are in single quotes.
        let code: String = sql.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
        let words: Vec<&str> = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let is_named = |column: &str| words.iter().any(|word| word.eq_ignore_ascii_case(column));
        self.fields
            .iter()
            .filter(|field| is_named(field.column))
            .collect()
    }

    /// Returns the positions of the `rows` for which the SQL expression is true.
    pub fn rows_with(
        &self,
        conn: &mut Conn,
        rows: &[Record],
        sql: &'static str,
    ) -> Result<Vec<usize>> {
        self.rows_where(conn, rows, sql, &|| Sql::new("(").raw(sql).raw(")"))
    }

    /// Returns the positions of the `rows` for which the SQL expression is false. It is neither
    /// true nor false if it is NULL.
    pub fn rows_against(
        &self,
        conn: &mut Conn,
        rows: &[Record],
        sql: &'static str,
    ) -> Result<Vec<usize>> {
        self.rows_where(conn, rows, sql, &|| Sql::new("NOT (").raw(sql).raw(")"))
    }

    fn rows_where(
        &self,
        conn: &mut Conn,
        rows: &[Record],
        sql: &'static str,
        condition: &dyn Fn() -> Sql,
    ) -> Result<Vec<usize>> {
        let fields = self.columns_in(sql);
        let mut positions = Vec::new();
        for (number, some) in rows.chunks(ROWS).enumerate() {
            let found = some_where(conn, some, &fields, &condition)?;
            positions.extend(found.into_iter().map(|at| number * ROWS + at));
        }
        Ok(positions)
    }
}

/// Returns the positions of the `rows` for which the condition holds.
fn some_where(
    conn: &mut Conn,
    rows: &[Record],
    fields: &[&Field],
    condition: &dyn Fn() -> Sql,
) -> Result<Vec<usize>> {
    let mut statement = Sql::new("WITH candidate (").ident(NUMBER);
    for field in fields {
        statement = statement.raw(", ").ident(field.column);
    }
    statement = statement.raw(") AS (VALUES ");
    for (at, row) in rows.iter().enumerate() {
        statement = statement
            .raw(if at > 0 { ", (" } else { "(" })
            .bind(i64::try_from(at).unwrap_or(i64::MAX));
        for field in fields {
            let value = row.value(field).clone();
            statement = statement.raw(", ").append(typed(field, value));
        }
        statement = statement.raw(")");
    }
    let statement = statement
        .raw(") SELECT ")
        .ident(NUMBER)
        .raw(" FROM candidate WHERE ")
        .append(condition());

    let found = statement.returns(&[Kind::BigInt]).load(conn)?;
    let numbers = found.into_iter().flatten();
    Ok(numbers
        .filter_map(|number| usize::try_from(number.as_i64()?).ok())
        .collect())
}

/// Returns the bound value with the type that the column gives it.
fn typed(field: &Field, value: Value) -> Sql {
    let sql = Sql::default();
    // A column of SQLite makes a number of the text; a list of values does not.
    if field.sql == Kind::Decimal {
        return sql
            .either("", "CAST(")
            .bind(value)
            .either("", " AS NUMERIC)");
    }
    sql.append(field.bound(value))
}
