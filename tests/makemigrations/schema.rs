//! Lists the tables of the app `shelf` with everything that a database knows about them.

use nuages::db::{Conn, Kind, Sql};

const POSTGRES: &str = "
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        || CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY' END
        || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relname LIKE 'shelf%' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT 'constraint ' || conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid::regclass::text LIKE 'shelf%'
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE tablename LIKE 'shelf%'
    ORDER BY 1";

/// The definition of a column is the part of the table's SQL, so that columns may have another order.
const SQLITE: &str = "
    SELECT 'table ' || name || ': ' || sql FROM sqlite_master WHERE tbl_name LIKE 'shelf%' AND type = 'table'
    UNION ALL
    SELECT 'index ' || sql FROM sqlite_master WHERE tbl_name LIKE 'shelf%' AND type = 'index' AND sql IS NOT NULL
    ORDER BY 1";

/// Returns a line for each column, constraint and index of the app's tables, sorted.
pub(crate) fn schema(conn: &mut Conn) -> Vec<String> {
    let sql = Sql::default().either(POSTGRES, SQLITE);
    let rows = sql.returns(&[Kind::Text]).load(conn).unwrap();
    let mut lines: Vec<String> = rows
        .into_iter()
        .flatten()
        .flat_map(|value| parts(&value.text()))
        .collect();
    lines.sort();
    lines
}

/// Splits the SQL of an SQLite table into its columns and constraints.
fn parts(line: &str) -> Vec<String> {
    let Some(rest) = line.strip_prefix("table ") else {
        return vec![line.to_owned()];
    };
    let (table, sql) = rest.split_once(": ").unwrap();
    let columns = &sql[sql.find('(').unwrap() + 1..sql.rfind(')').unwrap()];
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for letter in columns.chars() {
        match letter {
            ',' if depth == 0 => parts.push(String::new()),
            _ => {
                depth += match letter {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                parts.last_mut().unwrap().push(letter);
            }
        }
    }
    parts
        .into_iter()
        .map(|part| format!("{table}: {}", part.trim()))
        .collect()
}
