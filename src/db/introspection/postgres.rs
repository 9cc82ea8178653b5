//! The tables of a PostgreSQL database, from its catalogue.

use std::collections::BTreeMap;

use super::{
    DatabaseCheck, DatabaseColumn, DatabaseForeignKey, DatabaseIndex, DatabaseTable, list, texts,
};
use crate::db::{Conn, Sql};
use crate::error::Result;

const COLUMNS: &str = "
    SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
        (CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END)::text, a.attidentity::text, a.attgenerated::text,
        coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    ORDER BY c.relname, a.attnum";

/// The kinds of constraints are `p` (primary key), `u` (unique), `f` (foreign key) and `c` (check).
const CONSTRAINTS: &str = "
    SELECT c.relname::text, k.conname::text, k.contype::text,
        coalesce((SELECT string_agg(a.attname::text, E'\\n' ORDER BY n.place) FROM unnest(k.conkey) WITH ORDINALITY AS n(number, place)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.number), ''),
        coalesce(f.relname::text, ''),
        coalesce((SELECT string_agg(a.attname::text, E'\\n' ORDER BY n.place) FROM unnest(k.confkey) WITH ORDINALITY AS n(number, place)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.number), ''),
        k.confdeltype::text, pg_get_constraintdef(k.oid)
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    LEFT JOIN pg_class f ON f.oid = k.confrelid
    WHERE c.relnamespace = current_schema()::regnamespace
    ORDER BY c.relname, k.conname";

/// `indoption` has the bit 1 for a column in descending order. An operator class that is not the default
/// one is for something else than comparing.
const INDEXES: &str = "
    SELECT c.relname::text, i.relname::text, x.indisunique::text, coalesce(pg_get_expr(x.indpred, x.indrelid), ''),
        coalesce((SELECT string_agg(CASE WHEN (x.indoption[(n.place - 1)::int] & 1) = 1 THEN '-' ELSE '' END || a.attname::text, E'\\n' ORDER BY n.place)
            FROM unnest(x.indkey::int[]) WITH ORDINALITY AS n(number, place)
            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = n.number WHERE n.place <= x.indnkeyatts), ''),
        (m.amname <> 'btree' OR x.indexprs IS NOT NULL OR EXISTS (
            SELECT 1 FROM unnest(x.indclass::oid[]) AS o(class) JOIN pg_opclass p ON p.oid = o.class WHERE NOT p.opcdefault))::text,
        (EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype = 'u'))::text
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_am m ON m.oid = i.relam
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT x.indisprimary
    ORDER BY c.relname, i.relname";

pub(super) fn tables(conn: &mut Conn) -> Result<BTreeMap<String, DatabaseTable>> {
    let mut tables: BTreeMap<String, DatabaseTable> = BTreeMap::new();
    for row in texts(conn, Sql::new(COLUMNS), 7)? {
        let table = tables
            .entry(row[0].clone())
            .or_insert_with(|| DatabaseTable {
                name: row[0].clone(),
                ..DatabaseTable::default()
            });
        table.columns.push(column(&row));
    }
    for row in texts(conn, Sql::new(CONSTRAINTS), 8)? {
        if let Some(table) = tables.get_mut(&row[0]) {
            add_constraint(table, &row);
        }
    }
    for row in texts(conn, Sql::new(INDEXES), 7)? {
        if let Some(table) = tables.get_mut(&row[0]) {
            table.indexes.push(DatabaseIndex {
                name: row[1].clone(),
                columns: list(&row[4]),
                unique: row[2] == "true",
                condition: Some(row[3].clone()).filter(|text| !text.is_empty()),
                is_special: row[5] == "true",
                is_constraint: row[6] == "true",
            });
        }
    }
    Ok(tables)
}

fn column(row: &[String]) -> DatabaseColumn {
    let is_serial = row[6].starts_with("nextval(");
    let is_generated = row[5] == "s";
    let default =
        Some(row[6].clone()).filter(|text| !text.is_empty() && !is_serial && !is_generated);
    DatabaseColumn {
        name: row[1].clone(),
        db_type: row[2].clone(),
        null: row[3] == "yes",
        auto: !row[4].is_empty() || is_serial,
        default,
        generated: is_generated.then(|| row[6].clone()),
        is_virtual: false,
    }
}

/// Returns the condition of `CHECK (…) NOT VALID`.
fn condition(definition: &str) -> String {
    let check = definition
        .trim_start_matches("CHECK ")
        .trim_end_matches(" NOT VALID");
    let inner = check
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    inner.unwrap_or(check).to_owned()
}

fn add_constraint(table: &mut DatabaseTable, row: &[String]) {
    match row[2].as_str() {
        "p" => table.primary_key = list(&row[3]),
        "c" => table.checks.push(DatabaseCheck {
            name: row[1].clone(),
            check: condition(&row[7]),
        }),
        "f" => table.foreign_keys.push(DatabaseForeignKey {
            name: row[1].clone(),
            columns: list(&row[3]),
            to_table: row[4].clone(),
            to_columns: list(&row[5]),
            on_delete: match row[6].as_str() {
                "c" => "CASCADE",
                "n" => "SET NULL",
                "d" => "SET DEFAULT",
                "r" => "RESTRICT",
                _ => "",
            }
            .to_owned(),
        }),
        _ => {}
    }
}
