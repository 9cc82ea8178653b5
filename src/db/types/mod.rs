//! The values behind [`sql_types`](super::sql_types), read and written as Django does on each database.

mod array;
mod binary;
mod day;
mod decimal;
mod decimal_pieces;
mod duration;
mod hstore;
mod ip_address;
mod iso;
mod json;
mod opaque;
mod part;
mod quoted;
mod range;
mod readable;
mod timestamp;
mod uuid;

pub use array::{Array, array_items, array_text};
pub use binary::Bytes;
pub use day::Day;
pub(super) use day::{parse_day, parse_time};
pub use decimal::{Decimal, Fixed};
pub use duration::Duration;
pub use hstore::HStore;
pub use ip_address::IpAddress;
pub use iso::Moment;
pub use json::Json;
pub use opaque::Opaque;
pub use part::{NativePart, RangePart};
pub use range::{Range, RangeText};
pub use readable::{Lenient, LossyText, NullableLossyText, Readable, StrictFlag};
pub use timestamp::Timestamp;
pub use uuid::Uuid;

/// Implements Diesel's traits on `MultiBackend` for a type that has them on each database.
macro_rules! multi_backend {
    ($rust:ty => $sql:path) => {
        impl diesel::sql_types::HasSqlType<$sql> for $crate::db::MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
        impl diesel::deserialize::FromSql<$sql, $crate::db::MultiBackend> for $rust {
            fn from_sql(
                raw: <$crate::db::MultiBackend as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                raw.from_sql::<$rust, $sql>()
            }
        }
        impl diesel::serialize::ToSql<$sql, $crate::db::MultiBackend> for $rust {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, $crate::db::MultiBackend>,
            ) -> diesel::serialize::Result {
                out.set_value(($sql, self));
                Ok(diesel::serialize::IsNull::No)
            }
        }
    };
}
use multi_backend;

/// Implements the traits that arrays and ranges have in common: their values in records are the
/// texts of PostgreSQL.
macro_rules! native {
    ($rust:ident, $sql:path) => {
        use $sql as NativeSql;

        impl<T: 'static> crate::db::SqlKind for NativeSql<T> {
            const KIND: crate::db::Kind = crate::db::Kind::Opaque;
            const NULL: bool = false;
        }

        impl<T> HasSqlType<NativeSql<T>> for MultiBackend
        where
            diesel::pg::Pg: HasSqlType<NativeSql<T>>,
            NativeSql<T>: 'static,
        {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<NativeSql<T>>(lookup)
            }
        }

        impl<T> FromSql<NativeSql<T::Sql>, MultiBackend> for $rust<T>
        where
            T: NativePart,
            T::Sql: 'static,
            diesel::pg::Pg: HasSqlType<NativeSql<T::Sql>>,
            Self: FromSql<NativeSql<T::Sql>, Pg>,
        {
            fn from_sql(raw: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                raw.from_sql::<Self, NativeSql<T::Sql>>()
            }
        }

        impl<T> FromSql<NativeSql<T::Sql>, Sqlite> for $rust<T>
        where
            T: NativePart,
        {
            fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                raw.read_text().parse().map_err(Into::into)
            }
        }

        impl<T> ToSql<NativeSql<T::Sql>, MultiBackend> for $rust<T>
        where
            T: NativePart + std::fmt::Debug,
            T::Sql: 'static,
            diesel::pg::Pg: HasSqlType<NativeSql<T::Sql>>,
            Self: ToSql<NativeSql<T::Sql>, Pg>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((NativeSql::<T::Sql>::new(), self));
                Ok(IsNull::No)
            }
        }

        impl<T> ToSql<NativeSql<T::Sql>, Sqlite> for $rust<T>
        where
            T: NativePart + std::fmt::Debug,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.to_string());
                Ok(IsNull::No)
            }
        }

        impl<T: NativePart> From<$rust<T>> for Value {
            fn from(value: $rust<T>) -> Self {
                Self::Opaque(Opaque(value.to_string().into()))
            }
        }

        impl<T: NativePart> From<Option<$rust<T>>> for Value {
            fn from(value: Option<$rust<T>>) -> Self {
                value.map_or(Self::Null(crate::db::Kind::Opaque), Self::from)
            }
        }

        impl<T: NativePart> FromValue for $rust<T> {
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Opaque(text) => text.0.parse().ok(),
                    _ => None,
                }
            }
        }
    };
}
use native;
