//! The Rust type for the type of a database's column.

use crate::db::introspection::DatabaseColumn;

/// The Rust type of a column and its options.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) rust: String,
    pub(super) options: Vec<String>,
    /// The part of the column that the declaration cannot express.
    pub(super) remark: Option<String>,
}

/// Returns the type of a column that holds a value.
pub(super) fn declared_type(column: &DatabaseColumn, is_postgres: bool) -> Declared {
    let db_type = column.db_type.to_lowercase();
    let (name, size) = db_type
        .split_once('(')
        .map_or((db_type.as_str(), ""), |(name, rest)| {
            (name.trim(), rest.split(')').next().unwrap_or_default())
        });
    let plain = |rust: &str| Declared {
        rust: rust.to_owned(),
        ..Declared::default()
    };
    let with = |rust: &str, options: &[String]| Declared {
        rust: rust.to_owned(),
        options: options.to_vec(),
        remark: None,
    };

    let mut declared = match name {
        "char" | "character" if size == "32" && !is_postgres => plain("Uuid"),
        "char" if size == "39" && !is_postgres => plain("IpAddress"),
        "varchar" | "character varying" | "nvarchar" | "char" | "character" if !size.is_empty() => {
            with("String", &[format!("max_length = {size}")])
        }
        "uuid" => plain("Uuid"),
        "inet" => plain("IpAddress"),
        "interval" => plain("Duration"),
        "smallint" => plain("i16"),
        "integer" | "int" if !column.auto || is_postgres => plain("i32"),
        "bigint" | "integer" | "int" => plain("i64"),
        "smallint unsigned" => with("i16", &["positive".to_owned()]),
        "integer unsigned" => with("i32", &["positive".to_owned()]),
        "bigint unsigned" => with("i64", &["positive".to_owned()]),
        "real" | "double precision" | "double" | "float" => plain("f64"),
        "bool" | "boolean" => plain("bool"),
        "date" => plain("NaiveDate"),
        "datetime" | "timestamp with time zone" => plain("Timestamp"),
        "time" | "time without time zone" => plain("NaiveTime"),
        "jsonb" | "json" => plain("Json"),
        "blob" | "bytea" => plain("Bytes"),
        "decimal" | "numeric" => {
            let (digits, places) = size.split_once(',').unwrap_or(("20", "6"));
            with(
                "Decimal",
                &[
                    format!("max_digits = {}", digits.trim()),
                    format!("decimal_places = {}", places.trim()),
                ],
            )
        }
        "text" => plain("String"),
        _ => Declared {
            rust: "String".to_owned(),
            options: Vec::new(),
            remark: Some(format!(
                "The type of the column is {}, which no field has.",
                column.db_type
            )),
        },
    };
    if column.generated.is_some() {
        declared.options.push("generated".to_owned());
    }
    declared
}
