//! Lists the data that reversing migrations would delete, by reversing them in a transaction that
//! is rolled back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::plan::Steps;
use super::runner::{apply, locked, reverse, tables};
use super::statements::statements;
use crate::db::{Conn, Kind, Sql, Value};
use crate::error::{Error, Result};
use crate::words::counted;

/// Data that reversing migrations deletes. `Display` describes it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// A table with this number of rows.
    Table(String, i64),
    /// A column of a remaining table, with this number of values that are not NULL.
    Column(String, String, i64),
    /// This number of rows of a remaining table.
    Rows(String, i64),
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table, rows) => write!(
                f,
                "the table {table} with {}",
                counted(*rows, "row", "rows")
            ),
            Self::Column(table, column, values) => {
                write!(
                    f,
                    "the column {table}.{column} with {}",
                    counted(*values, "value", "values")
                )
            }
            Self::Rows(table, rows) => {
                write!(f, "{} of the table {table}", counted(*rows, "row", "rows"))
            }
        }
    }
}

/// The name of a table, and of a column of it.
type TableColumn = (String, String);
/// Tables with their columns.
type Columns = BTreeMap<String, BTreeSet<String>>;

/// Returns the data that the steps would delete. Changes nothing: they are tried in a transaction that
/// is rolled back. Steps without a statement that can delete anything are not tried.
pub fn losses(conn: &mut Conn, steps: &Steps<'_>) -> Result<Vec<Loss>> {
    let deletes = |script: &str| {
        let script = script.to_uppercase();
        ["DROP ", "DELETE FROM ", "TRUNCATE "]
            .iter()
            .any(|word| script.contains(word))
    };
    let forwards = steps.forwards.iter().map(|one| one.script(conn).up);
    let backwards = steps.backwards.iter().map(|one| one.script(conn).down);
    let scripts: Vec<&str> = backwards.chain(forwards).collect();
    if !scripts.iter().any(|script| deletes(script)) || tables(conn)?.is_empty() {
        return Ok(Vec::new());
    }

    let mut found = None;
    let tried = locked(conn, |conn| {
        let steps = steps.remaining(conn)?;
        found = Some(trial(conn, &steps, &scripts)?);
        Err::<(), Error>(Error::command("rolled back"))
    });
    let Some((mut losses, columns)) = found else {
        return tried.map(|()| Vec::new());
    };
    losses.retain(|loss| !matches!(loss, Loss::Table(table, _) if is_kept(&scripts, table, None)));
    for (table, column) in columns {
        if is_kept(&scripts, &table, Some(&column)) {
            continue;
        }
        let values = count(conn, &table, Some(&column))?;
        losses.push(Loss::Column(table, column, values));
    }
    Ok(losses)
}

/// Whether the scripts rename a table or a column, or copy its values to another place.
fn is_kept(scripts: &[&str], table: &str, column: Option<&str>) -> bool {
    let statements = scripts
        .iter()
        .flat_map(|script| super::statements_of(script));
    let quoted = |name: &str| format!("\"{name}\"");
    for statement in statements {
        let renames = match column {
            Some(column) => statement.contains(&format!(
                "ALTER TABLE {} RENAME COLUMN {} TO ",
                quoted(table),
                quoted(column)
            )),
            None => statement.contains(&format!("ALTER TABLE {} RENAME TO ", quoted(table))),
        };
        let copies = copy(&statement).is_some_and(|copy| {
            copy.from == quoted(table)
                && match column {
                    None => copy.to != quoted(&format!("new__{table}")),
                    Some(column) => copy.renames(&quoted(column)),
                }
        });
        if renames || copies {
            return true;
        }
    }
    false
}

/// `INSERT INTO to (columns) SELECT values FROM from`.
struct Copy<'a> {
    to: &'a str,
    columns: Vec<&'a str>,
    values: Vec<&'a str>,
    from: &'a str,
}

impl Copy<'_> {
    /// Whether the values of a column are copied to a column with another name.
    fn renames(&self, column: &str) -> bool {
        self.columns
            .iter()
            .zip(&self.values)
            .any(|(to, value)| value.contains(column) && *to != column)
    }
}

/// Reads a statement that copies all rows of a table.
fn copy(statement: &str) -> Option<Copy<'_>> {
    let rest = statement.strip_prefix("INSERT INTO ")?;
    let (to, rest) = rest.split_once(" (")?;
    let (columns, rest) = rest.split_once(") SELECT ")?;
    let (values, from) = rest.rsplit_once(" FROM ")?;
    // `coalesce("a", 0)` is one value.
    let mut split: Vec<&str> = Vec::new();
    let (mut start, mut depth) = (0, 0);
    for (at, letter) in values.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                split.push(values[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    split.push(values[start..].trim());
    Some(Copy {
        to,
        columns: columns.split(", ").collect(),
        values: split,
        from: from.trim(),
    })
}

/// Tries the steps; returns the tables and rows that this deletes, and the deleted columns of remaining
/// tables.
fn trial(
    conn: &mut Conn,
    steps: &Steps<'_>,
    scripts: &[&str],
) -> Result<(Vec<Loss>, Vec<TableColumn>)> {
    let named = |table: &String| {
        scripts
            .iter()
            .flat_map(|down| statements(down))
            .any(|text| text.contains(table.as_str()))
    };
    let before = columns(conn)?;
    let mut rows = BTreeMap::new();
    for table in before.keys().filter(|table| named(table)) {
        rows.insert(table.clone(), count(conn, table, None)?);
    }

    reverse(conn, &steps.backwards)?;
    apply(conn, &steps.forwards)?;

    let after = columns(conn)?;
    let (mut losses, mut lost_columns) = (Vec::new(), Vec::new());
    for (table, columns) in before {
        let had = rows.get(&table).copied().unwrap_or_default();
        let Some(kept) = after.get(&table) else {
            losses.push(Loss::Table(table, had));
            continue;
        };
        lost_columns.extend(
            columns
                .difference(kept)
                .map(|column| (table.clone(), column.clone())),
        );
        let has = if rows.contains_key(&table) {
            count(conn, &table, None)?
        } else {
            had
        };
        // Ignore the rows of `django_migrations`.
        if has < had && table != "django_migrations" {
            losses.push(Loss::Rows(table, had - has));
        }
    }
    Ok((losses, lost_columns))
}

fn columns(conn: &mut Conn) -> Result<Columns> {
    let sql = Sql::default().either(
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = current_schema()",
        "SELECT sqlite_master.name, info.name FROM sqlite_master, pragma_table_xinfo(sqlite_master.name) AS info \
         WHERE sqlite_master.type = 'table'",
    );
    let tables = tables(conn)?;
    let mut columns = Columns::new();
    for row in sql.returns(&[Kind::Text, Kind::Text]).load(conn)? {
        if let [Value::Text(table), Value::Text(column)] = &row[..]
            && tables.contains(table)
        {
            columns
                .entry(table.clone())
                .or_default()
                .insert(column.clone());
        }
    }
    Ok(columns)
}

/// Counts the rows of `table`, or its values in `column` that are not NULL.
fn count(conn: &mut Conn, table: &str, column: Option<&str>) -> Result<i64> {
    let sql = match column {
        Some(column) => Sql::new("SELECT COUNT(").ident(leaked(column)).raw(")"),
        None => Sql::new("SELECT COUNT(*)"),
    };
    let rows = sql
        .raw(" FROM ")
        .ident(leaked(table))
        .returns(&[Kind::BigInt])
        .load(conn)?;
    Ok(rows
        .into_iter()
        .flatten()
        .find_map(|value| {
            if let Value::BigInt(count) = value {
                Some(count)
            } else {
                None
            }
        })
        .unwrap_or(0))
}

/// Leaks `name`, because [`Sql`] requires static identifiers. Only called by a command that ends
/// soon.
fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}
