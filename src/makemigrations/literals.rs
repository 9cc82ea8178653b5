//! Values as SQL literals, as Django's `quote_value` writes them.

use std::fmt::Write as _;

use super::state::{ColumnState, PerDatabase};
use crate::db::{Kind, Value};

/// Returns the literal of a value.
pub(super) fn literal(value: &Value, is_postgres: bool) -> String {
    match value {
        Value::Null(_) | Value::Unreadable(_) => "NULL".to_owned(),
        Value::Bool(yes) if is_postgres => yes.to_string(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::SmallInt(_) | Value::Integer(_) | Value::BigInt(_) | Value::Double(_) => {
            value.text()
        }
        // Django stores decimals on SQLite as texts.
        Value::Decimal(_) if is_postgres => value.text(),
        Value::Uuid(_) if !is_postgres => quoted(&value.text().replace('-', "")),
        Value::Binary(bytes) => {
            let mut digits = String::with_capacity(bytes.0.len() * 2);
            for byte in &bytes.0 {
                let _ = write!(digits, "{byte:02x}");
            }
            if is_postgres {
                format!("'\\x{digits}'::bytea")
            } else {
                format!("X'{digits}'")
            }
        }
        _ if is_postgres => format!("{}{}", quoted(&value.text()), cast(value.kind())),
        _ => quoted(&value.text()),
    }
}

/// Returns a value that every column of the type accepts, for rows that have none: 0, false, an empty
/// text. `None` if the type has no such value.
pub(super) fn zero(column: &ColumnState) -> Option<PerDatabase> {
    if column.unique || column.references.is_some() {
        return None;
    }
    let db_type = column.db_type.postgres();
    let starts = |names: &[&str]| names.iter().any(|name| db_type.starts_with(name));
    if starts(&["smallint", "integer", "bigint", "numeric", "double"]) {
        Some(PerDatabase::Both("0".to_owned()))
    } else if starts(&["varchar", "text"]) {
        Some(PerDatabase::Both("''".to_owned()))
    } else if db_type == "boolean" {
        Some(PerDatabase::new("0", "false"))
    } else if db_type == "jsonb" {
        Some(PerDatabase::Both("'null'".to_owned()))
    } else if db_type == "interval" {
        Some(PerDatabase::new("0", "'0'"))
    } else {
        None
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Returns the cast that PostgreSQL's driver for Python writes behind a text.
fn cast(kind: Kind) -> &'static str {
    match kind {
        Kind::Date => "::date",
        Kind::Time => "::time",
        Kind::Timestamp => "::timestamptz",
        Kind::Uuid => "::uuid",
        Kind::Json => "::jsonb",
        Kind::Duration => "::interval",
        Kind::IpAddress => "::inet",
        _ => "",
    }
}
