//! The tables of an SQLite database, from its `PRAGMA` functions and the SQL of its tables.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::{
    DatabaseCheck, DatabaseColumn, DatabaseForeignKey, DatabaseIndex, DatabaseTable, texts,
};
use crate::db::migrations::checks_of;
use crate::db::{Conn, Sql};
use crate::error::Result;

pub(super) fn tables(conn: &mut Conn) -> Result<BTreeMap<String, DatabaseTable>> {
    // Virtual tables, such as those for full-text search, and their shadow tables are left out.
    let sql = "SELECT m.name, m.sql FROM sqlite_master m JOIN pragma_table_list l ON l.name = m.name AND l.schema = 'main' \
               WHERE m.type = 'table' AND l.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let mut tables = BTreeMap::new();
    let mut scripts = BTreeMap::new();
    for row in texts(conn, Sql::new(sql), 2)? {
        let table = DatabaseTable {
            name: row[0].clone(),
            checks: checks(&row[1]),
            ..DatabaseTable::default()
        };
        scripts.insert(row[0].clone(), row[1].clone());
        tables.insert(row[0].clone(), table);
    }

    columns(conn, &mut tables, &scripts)?;
    foreign_keys(conn, &mut tables)?;
    indexes(conn, &mut tables)?;
    for (name, table) in &mut tables {
        name_constraints(table, scripts.get(name).map_or("", String::as_str));
    }
    Ok(tables)
}

fn columns(
    conn: &mut Conn,
    tables: &mut BTreeMap<String, DatabaseTable>,
    scripts: &BTreeMap<String, String>,
) -> Result<()> {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden \
               FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid";
    for row in texts(conn, cast_all(sql), 7)? {
        let Some(table) = tables.get_mut(&row[0]) else {
            continue;
        };
        let script = scripts.get(&row[0]).map_or("", String::as_str);
        let is_key = row[5] != "0";
        if is_key {
            table.primary_key.push(row[1].clone());
        }
        let is_auto = is_key
            && row[2].eq_ignore_ascii_case("integer")
            && script.to_uppercase().contains("AUTOINCREMENT");
        table.columns.push(DatabaseColumn {
            name: row[1].clone(),
            db_type: row[2].clone(),
            null: row[3] == "0" && !is_key,
            auto: is_auto,
            default: Some(row[4].clone()).filter(|default| !default.is_empty()),
            generated: (row[6] == "2" || row[6] == "3").then(|| generated(script, &row[1])),
            is_virtual: row[6] == "2",
        });
    }
    Ok(())
}

/// Makes texts of all columns: `PRAGMA` functions return numbers.
fn cast_all(sql: &'static str) -> Sql {
    let (select, rest) = sql.split_once(" FROM ").unwrap_or((sql, ""));
    let columns: Vec<String> = select
        .trim_start_matches("SELECT ")
        .split(", ")
        .map(|column| format!("CAST({column} AS text)"))
        .collect();
    let sql = format!("SELECT {} FROM {rest}", columns.join(", "));
    // A constant of this file, which is built once for each command.
    Sql::new(Box::leak(sql.into_boxed_str()))
}

/// Returns the expression of a generated column from the SQL of its table.
fn generated(script: &str, column: &str) -> String {
    let start = script.find(&format!("\"{column}\"")).and_then(|at| {
        script[at..]
            .to_uppercase()
            .find(" AS (")
            .map(|as_at| at + as_at + 4)
    });
    let Some(open) = start else {
        return String::new();
    };
    let mut depth = 0;
    for (at, letter) in script[open..].char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return script[open + 1..open + at].to_owned();
                }
            }
            _ => {}
        }
    }
    String::new()
}

fn checks(script: &str) -> Vec<DatabaseCheck> {
    checks_of(script)
        .into_iter()
        .map(|(name, check)| DatabaseCheck { name, check })
        .collect()
}

fn foreign_keys(conn: &mut Conn, tables: &mut BTreeMap<String, DatabaseTable>) -> Result<()> {
    let sql = "SELECT t.name, k.id, k.\"from\", k.\"table\", k.\"to\", k.on_delete \
               FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table' ORDER BY t.name, k.id, k.seq";
    let mut last = (String::new(), String::new());
    let mut keys: Vec<(String, DatabaseForeignKey)> = Vec::new();
    for row in texts(conn, cast_all(sql), 6)? {
        let this = (row[0].clone(), row[1].clone());
        if this != last {
            let on_delete = Some(row[5].clone()).filter(|rule| rule != "NO ACTION");
            keys.push((
                row[0].clone(),
                DatabaseForeignKey {
                    to_table: row[3].clone(),
                    on_delete: on_delete.unwrap_or_default(),
                    ..DatabaseForeignKey::default()
                },
            ));
            last = this;
        }
        if let Some((_, key)) = keys.last_mut() {
            key.columns.push(row[2].clone());
            key.to_columns.push(row[4].clone());
        }
    }

    for (table, mut key) in keys {
        // A reference without a column is to the primary key.
        if key.to_columns.iter().all(String::is_empty)
            && let Some(to) = tables.get(&key.to_table)
        {
            key.to_columns.clone_from(&to.primary_key);
        }
        if let Some(table) = tables.get_mut(&table) {
            table.foreign_keys.push(key);
        }
    }
    Ok(())
}

fn indexes(conn: &mut Conn, tables: &mut BTreeMap<String, DatabaseTable>) -> Result<()> {
    let sql = "SELECT t.name, i.name, i.\"unique\", i.origin, c.name, c.\"desc\", m.sql \
               FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) c \
               LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name \
               WHERE t.type = 'table' AND c.key = 1 ORDER BY t.name, i.name, c.seqno";
    for row in texts(conn, cast_all(sql), 7)? {
        let Some(table) = tables.get_mut(&row[0]).filter(|_| row[3] != "pk") else {
            continue;
        };
        if table
            .indexes
            .last()
            .is_none_or(|index| index.name != row[1])
        {
            let condition = row[6]
                .find(" WHERE ")
                .map(|at| row[6][at + " WHERE ".len()..].to_owned());
            table.indexes.push(DatabaseIndex {
                name: row[1].clone(),
                unique: row[2] == "1",
                is_constraint: row[3] == "u",
                condition,
                ..DatabaseIndex::default()
            });
        }
        if let Some(index) = table.indexes.last_mut() {
            if row[4].is_empty() {
                index.is_special = true;
            } else {
                let sign = if row[5] == "1" { "-" } else { "" };
                index.columns.push(format!("{sign}{}", row[4]));
            }
        }
    }
    Ok(())
}

/// Gives unique constraints the names in the SQL of the table. SQLite itself names their indexes
/// `sqlite_autoindex_shop_1`.
fn name_constraints(table: &mut DatabaseTable, script: &str) {
    for (name, columns) in unique_constraints(script) {
        let mut indexes = table.indexes.iter_mut();
        let index = indexes.find(|index| {
            index.is_constraint
                && index.name.starts_with("sqlite_autoindex_")
                && index.columns == columns
        });
        if let Some(index) = index {
            index.name = name;
        }
    }
}

/// Returns the name and the columns of each `CONSTRAINT "name" UNIQUE ("a", "b")`.
fn unique_constraints(script: &str) -> Vec<(String, Vec<String>)> {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)\bCONSTRAINT\s+("(?:[^"]|"")+"|\w+)\s+UNIQUE\s*\(([^()]*)\)"#).ok()
    });
    let Some(pattern) = PATTERN.as_ref() else {
        return Vec::new();
    };
    let plain = |name: &str| match name.trim().strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest).replace("\"\"", "\""),
        None => name.trim().to_owned(),
    };
    pattern
        .captures_iter(script)
        .map(|found| (plain(&found[1]), found[2].split(',').map(plain).collect()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::unique_constraints;

    #[test]
    fn names_of_unique_constraints_are_those_in_the_script() {
        let script = r#"CREATE TABLE "a" ("x" text UNIQUE, CONSTRAINT "one ""x""" UNIQUE ("x", "y z"),
            constraint two unique (y))"#;
        let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            unique_constraints(script),
            [
                ("one \"x\"".to_owned(), columns(&["x", "y z"])),
                ("two".to_owned(), columns(&["y"])),
            ]
        );
    }
}
