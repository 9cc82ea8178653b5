//! Cells whose value does not fit their column.
//!
//! SQLite lets any column hold anything. PostgreSQL allows infinite dates and numbers, and years
//! that forms cannot show. Such a value is kept unchanged: it can be displayed, compared with the
//! column, and left unchanged by a form.

use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Double, HasSqlType, Text};
use diesel::sqlite::{Sqlite, SqliteType};

use super::cell::{PgRaw, SqliteRaw};
use super::kind::Kind;

/// A cell whose value does not fit its column.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// The kind of value that the column should hold.
    pub kind: Kind,
    /// The text to display.
    pub text: String,
    raw: Raw,
}

/// The cell as the database sent it.
#[derive(Debug, Clone, PartialEq)]
enum Raw {
    /// The bytes that PostgreSQL sent.
    Postgres(Bytes),
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// The bytes of a value in PostgreSQL's binary format.
#[derive(Debug, Clone, PartialEq)]
struct Bytes(Vec<u8>);

impl<ST> ToSql<ST, Pg> for Bytes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write as _;
        out.write_all(&self.0)?;
        Ok(IsNull::No)
    }
}

impl Unreadable {
    /// Binds the value so that it equals the column's value.
    pub(super) fn bind_postgres<'b, ST>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>
    where
        Pg: HasSqlType<ST>,
    {
        let Raw::Postgres(bytes) = &self.raw else {
            // A value of the other database equals nothing.
            const NULL: Option<String> = None;
            return out.push_bind_param::<diesel::sql_types::Nullable<Text>, Option<String>>(&NULL);
        };
        out.push_bind_param::<ST, Bytes>(bytes)
    }

    /// Binds the value so that it equals the column's value.
    #[expect(
        clippy::extra_unused_type_parameters,
        reason = "one macro calls the functions of both databases, and the other one needs the type"
    )]
    pub(super) fn bind_sqlite<'b, ST>(
        &'b self,
        out: &mut AstPass<'_, 'b, Sqlite>,
    ) -> QueryResult<()> {
        match &self.raw {
            Raw::Integer(number) => out.push_bind_param::<BigInt, i64>(number),
            Raw::Real(number) => out.push_bind_param::<Double, f64>(number),
            Raw::Text(text) => out.push_bind_param::<Text, String>(text),
            Raw::Blob(bytes) => out.push_bind_param::<Binary, Vec<u8>>(bytes),
            Raw::Postgres(_) => out.push_bind_param::<Text, String>(&self.text),
        }
    }
}

/// Keeps the raw value of an unreadable SQLite cell.
pub(super) fn keep_sqlite(kind: Kind, mut raw: SqliteRaw<'_>) -> Unreadable {
    let raw = match raw.value_type() {
        Some(SqliteType::Long) => Raw::Integer(raw.read_long()),
        Some(SqliteType::Double) => Raw::Real(raw.read_double()),
        Some(SqliteType::Binary) => Raw::Blob(raw.read_blob().to_vec()),
        _ => {
            let text = raw.read_text().to_owned();
            match std::str::from_utf8(raw.read_blob()) {
                Ok(_) => Raw::Text(text),
                Err(_) => Raw::Blob(raw.read_blob().to_vec()),
            }
        }
    };
    let text = match &raw {
        Raw::Integer(number) => number.to_string(),
        Raw::Real(number) => number.to_string(),
        Raw::Text(text) => text.clone(),
        Raw::Blob(bytes) => from_bytes(bytes),
        Raw::Postgres(_) => String::new(),
    };
    Unreadable { kind, text, raw }
}

/// Keeps an unreadable PostgreSQL cell, with the text that its type makes of it.
pub(super) fn keep_postgres(kind: Kind, raw: PgRaw<'_>, text: Option<String>) -> Unreadable {
    let bytes = raw.as_bytes();
    let text = text.unwrap_or_else(|| from_bytes(bytes));
    Unreadable {
        kind,
        text,
        raw: Raw::Postgres(Bytes(bytes.to_vec())),
    }
}

/// Returns the bytes as text if they are valid UTF-8, else in hexadecimal.
fn from_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => bytes
            .iter()
            .fold("\\x".to_owned(), |text, byte| format!("{text}{byte:02x}")),
    }
}
