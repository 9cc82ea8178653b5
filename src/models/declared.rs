//! The items to which `#[nuages::model]` expands, except Diesel's own and those of this module.

use diesel::query_source::Column;

use super::Model;
use crate::db::Decimal;

/// A model whose primary key is one column: the types of that column in Rust and in SQL.
pub trait ModelKey: Model {
    /// The type in Rust: `i64` for most models, `i32` for users.
    type Key;
    /// The type in Diesel's `table!`.
    type KeySql;
}

/// The type of the primary key of a model.
pub type Key<M> = <M as ModelKey>::Key;

/// The SQL type of the primary key of a model.
pub type KeySql<M> = <M as ModelKey>::KeySql;

/// The types of columns as `#[nuages::model]` names them in `diesel::table!`.
#[doc(hidden)]
pub mod column_types {
    pub use crate::db::sql_types::{
        Array, Decimal, Duration, HStore, IpAddress, Json, Opaque, Range, TimestampTz, Uuid,
    };
    pub use diesel::sql_types::{
        BigInt, Binary, Bool, Date, Double, Integer, Nullable, SmallInt, Text, Time,
    };
}

/// A bound or a default of a number, as `#[field(min = …)]` names it.
#[doc(hidden)]
pub fn bound(number: impl Into<Decimal>) -> Decimal {
    number.into()
}

/// Requires `column` to belong to the table `T` and to have the type `S`.
#[doc(hidden)]
pub fn column_of_type<C, T, S>(column: C) -> C
where
    C: Column<Table = T, SqlType = S>,
{
    column
}

/// Lets Diesel join a table with another one that the column refers to: `joinable!` and
/// `allow_tables_to_appear_in_same_query!`, also for the tables of the library such as `auth_user`, which Diesel's second
/// macro refuses in another crate (E0117).
#[doc(hidden)]
#[macro_export]
macro_rules! join_tables {
    ($table:ident, $to:path, $column:ident) => {
        const _: () = {
            use $crate::diesel::query_source::TableNotEqual;
            use $to as other;

            impl TableNotEqual<other::table> for $table::table {}
            impl TableNotEqual<$table::table> for other::table {}

    $crate::diesel::joinable!($table -> other ($column));
        };
    };
}
