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
use super::sql::{Kind, Value};

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
pub(super) fn keep_sqlite(kind: Kind, mut raw: SqliteRaw<'_>) -> Value {
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
    Unreadable { kind, text, raw }.into()
}

/// Keeps an unreadable PostgreSQL cell, with the text that its type makes of it.
pub(super) fn keep_postgres(kind: Kind, raw: PgRaw<'_>, text: Option<String>) -> Value {
    let bytes = raw.as_bytes();
    let text = text.unwrap_or_else(|| from_bytes(bytes));
    Unreadable {
        kind,
        text,
        raw: Raw::Postgres(Bytes(bytes.to_vec())),
    }
    .into()
}

impl From<Unreadable> for Value {
    fn from(cell: Unreadable) -> Self {
        Self::Unreadable(Box::new(cell))
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

/// Formats a date as PostgreSQL does; `days` counts from 2000-01-01.
pub(super) fn date(days: i32) -> String {
    match days {
        i32::MAX => "infinity".to_owned(),
        i32::MIN => "-infinity".to_owned(),
        days => {
            let (year, month, day) = civil(days.into());
            let (year, era) = if year > 0 {
                (year, "")
            } else {
                (1 - year, " BC")
            };
            format!("{year:04}-{month:02}-{day:02}{era}")
        }
    }
}

/// Formats a point in time as PostgreSQL does; `micros` counts microseconds from 2000-01-01 UTC.
pub(super) fn moment(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    match micros {
        i64::MAX => return "infinity".to_owned(),
        i64::MIN => return "-infinity".to_owned(),
        _ => {}
    }
    let (year, month, day) = civil(micros.div_euclid(DAY));
    let seconds = micros.rem_euclid(DAY) / 1_000_000;
    let (year, era) = if year > 0 {
        (year, "")
    } else {
        (1 - year, " BC")
    };
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{era}")
}

/// Returns the year, month and day of this number of days after 2000-01-01. Chrono supports fewer
/// years than PostgreSQL.
fn civil(days: i64) -> (i64, i64, i64) {
    // Days since 0000-03-01, in eras of 400 years.
    let days = days + 730_425;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{date, moment};

    #[test]
    fn days_and_moments_are_written_like_in_postgresql() {
        assert_eq!(date(0), "2000-01-01");
        assert_eq!(date(59), "2000-02-29");
        assert_eq!(date(i32::MAX), "infinity");
        assert_eq!(date(-746_117), "0044-03-15 BC");
        assert_eq!(date(2_921_939), "9999-12-31");
        assert_eq!(date(2_921_940), "10000-01-01");
        assert_eq!(moment(0), "2000-01-01 00:00:00");
        assert_eq!(moment(-1_000_000), "1999-12-31 23:59:59");
        assert_eq!(moment(9_223_371_331_199_999_999), "294276-12-31 23:59:59");
    }
}
