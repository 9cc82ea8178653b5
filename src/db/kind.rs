//! [`Kind`]: the types of columns that the engine knows. A new type is one line here.

/// Calls the macro `$define` with every kind: Diesel's SQL type and the Rust type of its values.
macro_rules! kinds {
    ($define:ident) => {
        $define! {
            /// A 16-bit integer.
            SmallInt: SmallInt => i16,
            /// A 32-bit integer.
            Integer: Integer => i32,
            /// A 64-bit integer.
            BigInt: BigInt => i64,
            /// A double-precision float.
            Double: Double => f64,
            /// True or false.
            Bool: Bool => bool,
            /// Text.
            Text: Text => String,
            /// An exact decimal number.
            Decimal: sql_types::Decimal => Decimal,
            /// A date.
            Date: Date => chrono::NaiveDate,
            /// A time of day.
            Time: Time => chrono::NaiveTime,
            /// A point in time.
            Timestamp: sql_types::TimestampTz => Timestamp,
            /// A UUID.
            Uuid: sql_types::Uuid => Uuid,
            /// A JSON document.
            Json: sql_types::Json => Json,
            /// A length of time.
            Duration: sql_types::Duration => Duration,
            /// Bytes.
            Binary: Binary => Bytes,
            /// An IP address.
            IpAddress: sql_types::IpAddress => IpAddress,
            /// A value of a type that Nuages does not know.
            Opaque: sql_types::Opaque => Opaque,
        }
    };
}
pub(super) use kinds;

macro_rules! define {
    ($($(#[$doc:meta])* $kind:ident: $sql:ty => $rust:ty),* $(,)?) => {
        /// The type of a column's values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $kind),* }
    };
}
kinds!(define);
