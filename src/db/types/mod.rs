//! The values behind [`sql_types`](super::sql_types), read and written as Django does on each database.

mod binary;
mod day;
mod decimal;
mod duration;
mod ip_address;
mod iso;
mod json;
mod opaque;
mod readable;
mod timestamp;
mod uuid;

pub use binary::Bytes;
pub use day::Day;
pub(super) use day::{parse_day, parse_time};
pub use decimal::{Decimal, Fixed};
pub use duration::Duration;
pub use ip_address::IpAddress;
pub use iso::Moment;
pub use json::Json;
pub use opaque::Opaque;
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
