//! The SQL types that SQLite and PostgreSQL store differently in Django's tables.
//!
//! On SQLite each declares the type with which its values are bound.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgTypeMetadata};
use diesel::query_builder::QueryId;
use diesel::sql_types::{self, BigInt, Date, HasSqlType, Integer, SqlOrd, SqlType};
use diesel::sqlite::{Sqlite, SqliteType};

/// `numeric` on PostgreSQL; `decimal` (NUMERIC affinity, so INTEGER or REAL) on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(
    postgres_type(oid = 1700, array_oid = 1231),
    sqlite_type(name = "Text")
)]
pub struct Decimal;

/// `timestamp with time zone` on PostgreSQL; `datetime` (UTC text) on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(
    postgres_type(oid = 1184, array_oid = 1185),
    sqlite_type(name = "Text")
)]
pub struct TimestampTz;

/// `uuid` on PostgreSQL; `char(32)` on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(
    postgres_type(oid = 2950, array_oid = 2951),
    sqlite_type(name = "Text")
)]
pub struct Uuid;

/// `jsonb` on PostgreSQL; `text` on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(
    postgres_type(oid = 3802, array_oid = 3807),
    sqlite_type(name = "Text")
)]
pub struct Json;

/// `interval` on PostgreSQL; `bigint` (microseconds) on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(
    postgres_type(oid = 1186, array_oid = 1187),
    sqlite_type(name = "Long")
)]
pub struct Duration;

/// `inet` on PostgreSQL; `char(39)` on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 869, array_oid = 1041), sqlite_type(name = "Text"))]
pub struct IpAddress;

/// Any type that Nuages does not know: an array, a range, `hstore`. Its values are shown and never
/// written.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 25, array_oid = 1009), sqlite_type(name = "Text"))]
pub struct Opaque;

/// An array of PostgreSQL: `integer[]`. SQLite keeps the text that PostgreSQL would write.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
pub struct Array<T: 'static>(PhantomData<T>);

impl<T> HasSqlType<Array<T>> for Pg
where
    Pg: HasSqlType<sql_types::Array<T>>,
{
    fn metadata(lookup: &mut Self::MetadataLookup) -> PgTypeMetadata {
        <Pg as HasSqlType<sql_types::Array<T>>>::metadata(lookup)
    }
}

impl<T> HasSqlType<Array<T>> for Sqlite {
    fn metadata((): &mut Self::MetadataLookup) -> SqliteType {
        SqliteType::Text
    }
}

/// A range of PostgreSQL: `int4range`. SQLite keeps the text that PostgreSQL would write.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
pub struct Range<T: 'static>(PhantomData<T>);

macro_rules! creatable {
    ($($sql:ident),*) => {$(
        impl<T> $sql<T> {
            pub(in crate::db) fn new() -> Self {
                Self(PhantomData)
            }
        }

        impl<T> Default for $sql<T> {
            fn default() -> Self {
                Self::new()
            }
        }
    )*};
}
creatable!(Array, Range);

/// A type whose values can be the ends of a range.
pub trait RangeEnd {
    /// The number of the range's type in PostgreSQL, and of arrays of it.
    const OIDS: (u32, u32);
}

macro_rules! range_ends {
    ($($end:ty: $oid:literal, $array:literal;)*) => {$(
        impl RangeEnd for $end {
            const OIDS: (u32, u32) = ($oid, $array);
        }
    )*};
}
range_ends! {
    Integer: 3904, 3905;
    Decimal: 3906, 3907;
    TimestampTz: 3910, 3911;
    Date: 3912, 3913;
    BigInt: 3926, 3927;
}

impl<T: RangeEnd> HasSqlType<Range<T>> for Pg {
    fn metadata(_: &mut Self::MetadataLookup) -> PgTypeMetadata {
        PgTypeMetadata::new(T::OIDS.0, T::OIDS.1)
    }
}

impl<T> HasSqlType<Range<T>> for Sqlite {
    fn metadata((): &mut Self::MetadataLookup) -> SqliteType {
        SqliteType::Text
    }
}

/// `hstore` of PostgreSQL: texts with names. SQLite keeps the text that PostgreSQL would write.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(name = "hstore"), sqlite_type(name = "Text"))]
pub struct HStore;

// `table!` adds arithmetic to columns whose type is *named* Decimal, so the type must support it.
macro_rules! arithmetic {
    ($($operation:ident),*) => {
        $(impl sql_types::ops::$operation for Decimal {
            type Rhs = Self;
            type Output = Self;
        })*
    };
}
arithmetic!(Add, Sub, Mul, Div);

impl sql_types::Foldable for Decimal {
    type Sum = sql_types::Nullable<Self>;
    type Avg = sql_types::Nullable<Self>;
}

impl SqlOrd for Decimal {}
impl SqlOrd for TimestampTz {}
impl SqlOrd for Uuid {}
impl SqlOrd for Duration {}
impl SqlOrd for IpAddress {}
