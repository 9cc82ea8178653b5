//! The SQL types that SQLite and PostgreSQL store differently in Django's tables.
//!
//! On SQLite each declares the type with which its values are bound.

use diesel::query_builder::QueryId;
use diesel::sql_types::{self, SqlOrd, SqlType};

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
