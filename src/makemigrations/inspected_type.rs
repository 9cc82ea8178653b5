//! The Rust type for the type of a database's column.

use crate::db::introspection::DatabaseColumn;

use super::inspected_rules::quoted;

/// The Rust type of a column and its options.
#[derive(Debug, Default, Clone)]
pub(super) struct Declared {
    pub(super) rust: String,
    pub(super) options: Vec<String>,
    /// The part of the column that the declaration cannot express.
    pub(super) remark: Option<String>,
}

impl Declared {
    fn new(rust: &str, options: &[String]) -> Self {
        Self {
            rust: rust.to_owned(),
            options: options.to_vec(),
            remark: None,
        }
    }

    /// A column whose values are shown and kept.
    fn opaque(db_type: &str) -> Self {
        let db_type = if db_type.is_empty() { "blob" } else { db_type };
        Self::new("Opaque", &[format!("db_type = {}", quoted(db_type))])
    }
}

/// Returns the type of a column that holds a value.
pub(super) fn declared_type(column: &DatabaseColumn, is_postgres: bool) -> Declared {
    let mut declared = if is_postgres {
        of_postgres(&column.db_type)
    } else {
        of_sqlite(column)
    };
    if let Some(expression) = &column.generated {
        let expression = quoted(expression);
        declared.options.push(if column.is_virtual {
            format!(
                "generated = Sql(sqlite = {expression}, postgres = {expression}, stored = false)"
            )
        } else {
            format!("generated = {expression}")
        });
    } else if let Some(default) = &column.default {
        let default = db_default(&declared.rust, default);
        declared.options.push(format!("db_default = {default}"));
    }
    declared
}

/// Separates `numeric` and `8,2` in `numeric(8,2)`.
fn name_and_size(db_type: &str) -> (&str, &str) {
    match db_type.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.split(')').next().unwrap_or_default()),
        None => (db_type, ""),
    }
}

fn decimal(size: &str) -> Vec<String> {
    let (digits, places) = size.split_once(',').unwrap_or((size, "0"));
    vec![
        format!("max_digits = {}", digits.trim()),
        format!("decimal_places = {}", places.trim()),
    ]
}

fn max_length(size: &str) -> Vec<String> {
    vec![format!("max_length = {}", size.trim())]
}

fn of_postgres(db_type: &str) -> Declared {
    if let Some(item) = db_type.strip_suffix("[]") {
        return array(item).unwrap_or_else(|| Declared::opaque(db_type));
    }
    let (name, size) = name_and_size(db_type);
    match (name, size) {
        ("character varying", size) if !size.is_empty() => {
            Declared::new("String", &max_length(size))
        }
        ("numeric", size) if !size.is_empty() => Declared::new("Decimal", &decimal(size)),
        ("text", "") => Declared::new("String", &[]),
        ("uuid", "") => Declared::new("Uuid", &[]),
        ("inet", "") => Declared::new("IpAddress", &[]),
        ("interval", "") => Declared::new("Duration", &[]),
        ("smallint", "") => Declared::new("i16", &[]),
        ("integer", "") => Declared::new("i32", &[]),
        ("bigint", "") => Declared::new("i64", &[]),
        ("double precision", "") => Declared::new("f64", &[]),
        ("boolean", "") => Declared::new("bool", &[]),
        ("date", "") => Declared::new("NaiveDate", &[]),
        ("timestamp with time zone", "") => Declared::new("Timestamp", &[]),
        ("time without time zone", "") => Declared::new("NaiveTime", &[]),
        ("jsonb", "") => Declared::new("Json", &[]),
        ("bytea", "") => Declared::new("Bytes", &[]),
        ("hstore", "") => Declared::new("HStore", &[]),
        ("int4range", "") => Declared::new("Range<i32>", &[]),
        ("int8range", "") => Declared::new("Range<i64>", &[]),
        ("numrange", "") => Declared::new("Range<Decimal>", &[]),
        ("daterange", "") => Declared::new("Range<NaiveDate>", &[]),
        ("tstzrange", "") => Declared::new("Range<Timestamp>", &[]),
        _ => Declared::opaque(db_type),
    }
}

/// Returns the type of an array with items of this type.
fn array(item: &str) -> Option<Declared> {
    let (name, size) = name_and_size(item);
    Some(match (name, size) {
        ("character varying", size) if !size.is_empty() => {
            Declared::new("Array<String>", &max_length(size))
        }
        ("numeric", size) if !size.is_empty() => Declared::new("Array<Decimal>", &decimal(size)),
        ("text", "") => Declared::new("Array<String>", &[]),
        ("smallint", "") => Declared::new("Array<i16>", &[]),
        ("integer", "") => Declared::new("Array<i32>", &[]),
        ("bigint", "") => Declared::new("Array<i64>", &[]),
        ("date", "") => Declared::new("Array<NaiveDate>", &[]),
        ("timestamp with time zone", "") => Declared::new("Array<Timestamp>", &[]),
        _ => return None,
    })
}

fn of_sqlite(column: &DatabaseColumn) -> Declared {
    let db_type = column.db_type.to_lowercase();
    let (name, size) = name_and_size(&db_type);
    let positive = ["positive".to_owned()];
    match name {
        "char" if size == "32" => Declared::new("Uuid", &[]),
        "char" if size == "39" => Declared::new("IpAddress", &[]),
        "varchar" if !size.is_empty() => Declared::new("String", &max_length(size)),
        "smallint" => Declared::new("i16", &[]),
        "integer" if column.auto => Declared::new("i64", &[]),
        "integer" | "int" => Declared::new("i32", &[]),
        "bigint" => Declared::new("i64", &[]),
        "smallint unsigned" => Declared::new("i16", &positive),
        "integer unsigned" => Declared::new("i32", &positive),
        "bigint unsigned" => Declared::new("i64", &positive),
        "real" => Declared::new("f64", &[]),
        "bool" => Declared::new("bool", &[]),
        "date" => Declared::new("NaiveDate", &[]),
        "datetime" => Declared::new("Timestamp", &[]),
        "time" => Declared::new("NaiveTime", &[]),
        "blob" => Declared::new("Bytes", &[]),
        "decimal" => {
            let size = if size.is_empty() { "20,6" } else { size };
            Declared::new("Decimal", &decimal(size))
        }
        "text" => Declared::new("String", &[]),
        _ => Declared::opaque(&column.db_type),
    }
}

/// Returns the default of the database as the declaration of a field of this type writes it: a literal, or
/// the SQL of both databases.
fn db_default(rust: &str, default: &str) -> String {
    let value = default
        .split_once("::")
        .map_or(default, |(value, _)| value)
        .trim_matches(['(', ')']);
    let is_number = value.parse::<f64>().is_ok() && !value.contains(['e', 'E', 'n', 'N']);
    let is_whole = value.parse::<i64>().is_ok();
    let text = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .filter(|text| !text.contains('\''));
    match rust {
        "i16" | "i32" | "i64" if is_whole => value.to_owned(),
        "f64" if is_number && value.contains('.') => value.to_owned(),
        "bool" if matches!(value.to_lowercase().as_str(), "1" | "true") => "true".to_owned(),
        "bool" if matches!(value.to_lowercase().as_str(), "0" | "false") => "false".to_owned(),
        "String" if text.is_some() => quoted(text.unwrap_or_default()),
        _ => {
            let sql = quoted(default);
            format!("Sql(sqlite = {sql}, postgres = {sql})")
        }
    }
}
