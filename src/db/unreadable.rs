//! Cells whose value does not fit their column.
//!
//! SQLite lets any column hold anything. PostgreSQL allows infinite dates and numbers, and years
//! that forms cannot show. Such a value is kept unchanged: it can be displayed, compared with the
//! column, and left unchanged by a form.

use diesel::deserialize::FromSql;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::result::QueryResult;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Bool, Date, Double, Integer, SmallInt, Text, Time};
use diesel::sqlite::{Sqlite, SqliteType};

use super::sql::{Kind, Value};
use super::sql_types;
use super::types::{Decimal, parse_day, parse_time};

/// The years that Python, and so Django and every form, can show.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// The value of a cell that does not fit its column.
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
    pub(super) fn bind_postgres<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Raw::Postgres(bytes) = &self.raw else {
            // A value of the other database equals nothing.
            const NULL: Option<String> = None;
            return out.push_bind_param::<diesel::sql_types::Nullable<Text>, Option<String>>(&NULL);
        };
        match self.kind {
            Kind::SmallInt => out.push_bind_param::<SmallInt, Bytes>(bytes),
            Kind::Integer => out.push_bind_param::<Integer, Bytes>(bytes),
            Kind::BigInt => out.push_bind_param::<BigInt, Bytes>(bytes),
            Kind::Double => out.push_bind_param::<Double, Bytes>(bytes),
            Kind::Bool => out.push_bind_param::<Bool, Bytes>(bytes),
            Kind::Text => out.push_bind_param::<Text, Bytes>(bytes),
            Kind::Decimal => out.push_bind_param::<sql_types::Decimal, Bytes>(bytes),
            Kind::Date => out.push_bind_param::<Date, Bytes>(bytes),
            Kind::Time => out.push_bind_param::<Time, Bytes>(bytes),
            Kind::Timestamp => out.push_bind_param::<sql_types::TimestampTz, Bytes>(bytes),
            Kind::Uuid => out.push_bind_param::<sql_types::Uuid, Bytes>(bytes),
            Kind::Json => out.push_bind_param::<sql_types::Json, Bytes>(bytes),
        }
    }

    /// Binds the value so that it equals the column's value.
    pub(super) fn bind_sqlite<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        match &self.raw {
            Raw::Integer(number) => out.push_bind_param::<BigInt, i64>(number),
            Raw::Real(number) => out.push_bind_param::<Double, f64>(number),
            Raw::Text(text) => out.push_bind_param::<Text, String>(text),
            Raw::Blob(bytes) => out.push_bind_param::<Binary, Vec<u8>>(bytes),
            Raw::Postgres(_) => out.push_bind_param::<Text, String>(&self.text),
        }
    }
}

type SqliteRaw<'a> = <Sqlite as diesel::backend::Backend>::RawValue<'a>;
type PgRaw<'a> = <Pg as diesel::backend::Backend>::RawValue<'a>;

/// Reads an SQLite cell as a value of this kind; returns `None` if it does not fit.
pub(super) fn read_sqlite(kind: Kind, mut raw: SqliteRaw<'_>) -> Option<Value> {
    let held = raw.value_type()?;
    Some(match (kind, held) {
        (Kind::SmallInt | Kind::Integer | Kind::BigInt, _) => whole(kind, &mut raw, held)?,
        (Kind::Bool, SqliteType::Long) => match raw.read_long() {
            0 => Value::Bool(false),
            1 => Value::Bool(true),
            _ => return None,
        },
        (Kind::Double, SqliteType::Double | SqliteType::Long) => {
            plausible(Value::Double(raw.read_double()))?
        }
        (Kind::Text, SqliteType::Text) => {
            let text = raw.read_text().to_owned();
            // Diesel inserts this character for invalid UTF-8.
            if text.contains('\u{FFFD}') && std::str::from_utf8(raw.read_blob()).is_err() {
                return None;
            }
            Value::Text(text)
        }
        (_, SqliteType::Binary) => return None,
        (Kind::Text, _) => Value::Text(raw.read_text().to_owned()),
        (Kind::Decimal, _) => plausible(Value::Decimal(
            FromSql::<sql_types::Decimal, Sqlite>::from_sql(raw).ok()?,
        ))?,
        (Kind::Date, SqliteType::Text) => plausible(Value::Date(parse_day(raw.read_text())?))?,
        (Kind::Time, SqliteType::Text) => Value::Time(parse_time(raw.read_text())?),
        (Kind::Timestamp, SqliteType::Text) => plausible(Value::Timestamp(
            FromSql::<sql_types::TimestampTz, Sqlite>::from_sql(raw).ok()?,
        ))?,
        (Kind::Uuid, SqliteType::Text) => {
            Value::Uuid(FromSql::<sql_types::Uuid, Sqlite>::from_sql(raw).ok()?)
        }
        (Kind::Json, _) => Value::Json(FromSql::<sql_types::Json, Sqlite>::from_sql(raw).ok()?),
        _ => return None,
    })
}

/// Reads an integer of an SQLite cell, which may exceed the range of the column's type.
fn whole(kind: Kind, raw: &mut SqliteRaw<'_>, held: SqliteType) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = match held {
        SqliteType::Long => raw.read_long(),
        SqliteType::Double => {
            let number = raw.read_double();
            if number.fract() != 0.0 || number.abs() > EXACT {
                return None;
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number of at most 53 bits"
            )]
            let number = number as i64;
            number
        }
        SqliteType::Text => raw.read_text().parse().ok()?,
        _ => return None,
    };
    Some(match kind {
        Kind::SmallInt => Value::SmallInt(number.try_into().ok()?),
        Kind::Integer => Value::Integer(number.try_into().ok()?),
        _ => Value::BigInt(number),
    })
}

fn plausible(value: Value) -> Option<Value> {
    is_plausible(&value).then_some(value)
}

/// Whether forms and pages can show the value.
pub(super) fn is_plausible(value: &Value) -> bool {
    use chrono::Datelike as _;
    match value {
        Value::Date(day) => YEARS.contains(&day.year()),
        Value::Timestamp(time) => YEARS.contains(&time.utc().year()),
        Value::Decimal(number) => number.is_modest(),
        Value::Double(number) => number.is_finite(),
        _ => true,
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

/// Keeps the raw value of an unreadable PostgreSQL cell.
pub(super) fn keep_postgres(kind: Kind, raw: PgRaw<'_>) -> Value {
    let bytes = raw.as_bytes();
    let text = match kind {
        Kind::Date => bytes
            .try_into()
            .ok()
            .map(|days| date(i32::from_be_bytes(days))),
        Kind::Timestamp => bytes
            .try_into()
            .ok()
            .map(|micros| moment(i64::from_be_bytes(micros))),
        Kind::Double => bytes
            .try_into()
            .ok()
            .map(|number| f64::from_be_bytes(number).to_string()),
        Kind::Decimal => numeric(bytes, &raw),
        _ => None,
    };
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
fn date(days: i32) -> String {
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
fn moment(micros: i64) -> String {
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

/// Returns the text of a value that is not a number, or of a number that is too long for a form.
fn numeric(bytes: &[u8], raw: &PgRaw<'_>) -> Option<String> {
    match bytes.get(4..6)? {
        [0xC0, 0] => Some("NaN".to_owned()),
        [0xD0, 0] => Some("Infinity".to_owned()),
        [0xF0, 0] => Some("-Infinity".to_owned()),
        _ => {
            let number: Decimal = FromSql::<sql_types::Decimal, Pg>::from_sql(*raw).ok()?;
            Some(number.to_string())
        }
    }
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
