//! Access to the database: [`Db`] for async code, [`Conn`] for sync code.
//!
//! Views are async and hold a [`Db`]; models are sync and take `&mut Conn`. [`Db`] runs sync code
//! on the blocking pool: [`Db::run`] (one job that reads), [`Db::atomic`] (a job that writes, in a
//! transaction), [`Db::write`] (a job that writes, without a transaction around it) and
//! [`Db::stream`] (rows in chunks).

mod after;
mod among;
mod budget;
mod cell;
mod connection;
mod folding;
mod functions;
mod distant_dates;
mod handle;
pub mod introspection;
mod kind;
mod limits;
pub mod migrations;
mod paginate;
mod paginator;
mod pool;
mod postgres;
mod postgres_connection;
mod pulse;
mod queue;
mod router;
mod raised;
mod read_only;
mod search_index;
mod sql;
pub mod sql_types;
mod statistics;
mod stream;
mod text;
mod timing;
mod transaction;
mod types;
mod unreadable;
mod worker;

pub use after::{IsAfter, is_after};
pub use among::{Among, among};
pub use connection::{Conn, MultiBackend};
pub(crate) use folding::is_folded_differently;
pub use functions::is_regex;
pub use handle::Db;
pub use limits::Limits;
pub use paginate::{CountOf, Paged, count_up_to, load_page, paginate};
pub use paginator::{PageNumber, Paginator, RowPage};
pub use postgres_connection::PostgresConnection;
pub use router::{DEFAULT_DATABASE, Router};
pub(crate) use search_index::IndexedTexts;
pub use search_index::{
    InSearchIndex, TRIGGERS as SEARCH_INDEX_TRIGGERS, has_search_index, search_index_name,
};
pub use sql::{FromValue, Kind, Sql, SqlKind, Value};
pub use stream::{RowSink, RowStream};
pub(crate) use text::{FoldedPattern, folding_collations, upper_end};
pub use text::{ILike, KnowsDialect, ilike, like_escaped};
pub use types::{
    Array, Bytes, Day, Decimal, Duration, Fixed, HStore, IpAddress, Json, Lenient, LossyText,
    Moment, NativePart, NullableLossyText, Opaque, Range, RangePart, RangeText, Readable,
    StrictFlag, Timestamp, Uuid, array_items, array_text,
};
pub use unreadable::Unreadable;
