//! [`NativePart`]: what PostgreSQL's arrays and ranges contain.

use bigdecimal::BigDecimal;
use chrono::{NaiveDate, NaiveDateTime};

use super::{Decimal, Timestamp};
use crate::db::sql_types;

/// An item of an array or an end of a range, and its text inside of the value's text.
pub trait NativePart: Sized + Send + Sync + 'static {
    /// The type of the item in `table!`.
    type Sql: Send + Sync + 'static;

    /// Reads the text that PostgreSQL writes.
    fn read(text: &str) -> Option<Self>;

    /// Returns the text that PostgreSQL reads.
    fn write(&self) -> String;
}

macro_rules! parts {
    ($($rust:ty => $sql:ty),* $(,)?) => {$(
        impl NativePart for $rust {
            type Sql = $sql;

            fn read(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn write(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
parts! {
    String => diesel::sql_types::Text,
    i16 => diesel::sql_types::SmallInt,
    i32 => diesel::sql_types::Integer,
    i64 => diesel::sql_types::BigInt,
    Decimal => sql_types::Decimal,
    NaiveDate => diesel::sql_types::Date,
}

impl NativePart for Timestamp {
    type Sql = sql_types::TimestampTz;

    fn read(text: &str) -> Option<Self> {
        let forms = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
        let read = |form| chrono::DateTime::parse_from_str(text, form).ok();
        forms
            .into_iter()
            .find_map(read)
            .map(|time| time.to_utc().into())
    }

    fn write(&self) -> String {
        self.utc().format("%Y-%m-%d %H:%M:%S%.f+00").to_string()
    }
}

/// An end of a range. Diesel reads ranges of its own types only.
pub trait RangePart: NativePart {
    /// The type that Diesel reads.
    type Read;
    /// Diesel's SQL type.
    type ReadSql: 'static;

    /// Returns the end that Diesel has read.
    fn of(read: Self::Read) -> Self;
}

macro_rules! range_parts {
    ($($rust:ty, $read:ty => $sql:ty: $of:expr;)*) => {$(
        impl RangePart for $rust {
            type Read = $read;
            type ReadSql = $sql;

            fn of(read: $read) -> Self {
                $of(read)
            }
        }
    )*};
}
range_parts! {
    i32, i32 => diesel::sql_types::Integer: std::convert::identity;
    i64, i64 => diesel::sql_types::BigInt: std::convert::identity;
    NaiveDate, NaiveDate => diesel::sql_types::Date: std::convert::identity;
    Decimal, BigDecimal => diesel::sql_types::Numeric: Decimal::from;
    Timestamp, NaiveDateTime => diesel::sql_types::Timestamptz: |time: NaiveDateTime| time.and_utc().into();
}
