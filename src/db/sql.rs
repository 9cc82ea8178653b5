//! SQL that can hold only literals, quoted static identifiers and bound values, so that SQL
//! injection is impossible.
//!
//! Models use Diesel's query builder. This module is for queries that are built at run time: the
//! admin's lists and forms, and work on any model.

use std::fmt;

use diesel::backend::Backend;
use diesel::connection::{DefaultLoadingMode, LoadConnection};
use diesel::deserialize::FromSql;
use diesel::expression::QueryMetadata;
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::Field;
use diesel::sql_types::{
    BigInt, Binary, Bool, Date, Double, Integer, Nullable, SmallInt, Text, Time, Untyped,
    is_nullable,
};
use diesel::sqlite::Sqlite;

use super::cell::{Cell, PgRaw, SqliteRaw};
use super::connection::Conn;
pub use super::kind::Kind;
use super::kind::kinds;
use super::sql_types;
use super::types::{Bytes, Decimal, Duration, IpAddress, Json, Opaque, Timestamp, Uuid};
use super::unreadable::{self, Unreadable, keep_sqlite};
use crate::error::Result;
use crate::on_conn;

/// One of the two databases. Building a statement for the connection inside [`Conn`] avoids
/// building it twice.
trait Dialect: Backend {
    const IS_POSTGRES: bool;

    fn bind<'b>(value: &'b Value, out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()>;
    fn read<'a>(kind: Kind, field: &impl Field<'a, Self>) -> Value;
}

/// Connects the three types of a value: Diesel's SQL type, the Rust type, and the variant of
/// [`Value`].
macro_rules! values {
    (@dialect $backend:ident, $is_postgres:literal, $bind:ident, $read:ident, $keep:ident, $($kind:ident: $sql:ty => $rust:ty),*) => {
        impl Dialect for $backend {
            const IS_POSTGRES: bool = $is_postgres;

            fn bind<'b>(value: &'b Value, out: &mut AstPass<'_, 'b, Self>) -> QueryResult<()> {
                match value {
                    $(
                        Value::$kind(value) => out.push_bind_param::<$sql, $rust>(value),
                        Value::Null(Kind::$kind) => {
                            const NULL: Option<$rust> = None;
                            out.push_bind_param::<Nullable<$sql>, Option<$rust>>(&NULL)
                        }
                    )*
                    Value::Unreadable(cell) => match cell.kind {
                        $(Kind::$kind => cell.$bind::<$sql>(out)),*
                    },
                }
            }

            fn read<'a>(kind: Kind, field: &impl Field<'a, Self>) -> Value {
                let Some(raw) = field.value() else { return Value::Null(kind) };
                let read = $read(kind, raw);
                // Reading consumes the raw value, so fetch it again; this is rarely needed.
                read.or_else(|| field.value().map(|raw| $keep(kind, raw).into())).unwrap_or(Value::Null(kind))
            }
        }
    };
    (@read $($kind:ident: $sql:ty => $rust:ty),*) => {
        /// Reads a PostgreSQL cell as a value of this kind of column.
        fn read_postgres(kind: Kind, raw: PgRaw<'_>) -> Option<Value> {
            match kind {
                $(Kind::$kind => FromSql::<$sql, Pg>::from_sql(raw)
                    .ok()
                    .filter(<$rust as Cell>::is_plausible)
                    .map(Value::$kind)),*
            }
        }

        /// Reads an SQLite cell as a value of this kind of column.
        fn read_sqlite(kind: Kind, raw: SqliteRaw<'_>) -> Option<Value> {
            let held = raw.value_type()?;
            match kind {
                $(Kind::$kind => <$rust as Cell>::read_sqlite(raw, held)
                    .filter(<$rust as Cell>::is_plausible)
                    .map(Value::$kind)),*
            }
        }

        /// Keeps a PostgreSQL cell that cannot be read.
        fn keep_postgres(kind: Kind, raw: PgRaw<'_>) -> Unreadable {
            let text = match kind {
                $(Kind::$kind => <$rust as Cell>::unreadable_text(raw)),*
            };
            unreadable::keep_postgres(kind, raw, text)
        }

        impl fmt::Display for Value {
            /// Formats the value like Python's `str`, in UTC; "" for NULL.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Null(_) => Ok(()),
                    Self::Unreadable(cell) => f.write_str(&cell.text),
                    $(Self::$kind(value) => value.write(f)),*
                }
            }
        }

        impl Kind {
            /// Returns the SQL around a column of this type that makes a text of it: for PostgreSQL, and for SQLite.
            pub fn as_text(self) -> [(&'static str, &'static str); 2] {
                match self {
                    $(Self::$kind => <$rust as Cell>::AS_TEXT),*
                }
            }
        }
    };
    ($($(#[$doc:meta])* $kind:ident: $sql:ty => $rust:ty),* $(,)?) => {
        /// A value to be written to a column or read from it.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Value {
            /// NULL, with the type that PostgreSQL needs.
            Null(Kind),
            /// A cell with a value that does not fit its column.
            Unreadable(Box<Unreadable>),
            $($(#[$doc])* $kind($rust)),*
        }

        $(
            impl SqlKind for $sql {
                const KIND: Kind = Kind::$kind;
                const NULL: bool = false;
            }
            impl From<$rust> for Value {
                fn from(value: $rust) -> Self {
                    Self::$kind(value)
                }
            }
            impl From<Option<$rust>> for Value {
                fn from(value: Option<$rust>) -> Self {
                    value.map_or(Self::Null(Kind::$kind), Self::$kind)
                }
            }
            impl FromValue for $rust {
                fn from_value(value: &Value) -> Option<Self> {
                    match value {
                        Value::$kind(value) => Some(Self::clone(value)),
                        _ => None,
                    }
                }
            }
        )*

        values!(@dialect Pg, true, bind_postgres, read_postgres, keep_postgres, $($kind: $sql => $rust),*);
        values!(@dialect Sqlite, false, bind_sqlite, read_sqlite, keep_sqlite, $($kind: $sql => $rust),*);
        values!(@read $($kind: $sql => $rust),*);

        impl Value {
            /// Returns the kind of column that this value belongs to.
            pub fn kind(&self) -> Kind {
                match self {
                    Self::Null(kind) => *kind,
                    Self::Unreadable(cell) => cell.kind,
                    $(Self::$kind(_) => Kind::$kind),*
                }
            }
        }
    };
}

/// Maps a Diesel SQL type to its [`Kind`], and so connects `table!` with values that are read at
/// run time.
pub trait SqlKind {
    /// The kind.
    const KIND: Kind;
    /// Whether the column may be NULL.
    const NULL: bool;
}

/// A Rust type that the values of a column convert to.
pub trait FromValue: Sized {
    /// Returns the value; `None` if it is NULL, unreadable or of another kind.
    fn from_value(value: &Value) -> Option<Self>;
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null(_) => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

kinds!(values);

impl<T> SqlKind for Nullable<T>
where
    T: SqlKind + diesel::sql_types::SqlType<IsNull = is_nullable::NotNull>,
{
    const KIND: Kind = T::KIND;
    const NULL: bool = true;
}

impl From<Unreadable> for Value {
    fn from(cell: Unreadable) -> Self {
        Self::Unreadable(Box::new(cell))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[derive(Debug)]
enum Piece {
    Literal(&'static str),
    /// Different literals for PostgreSQL and SQLite.
    Either(&'static str, &'static str),
    Identifier(&'static str),
    Number(i64),
    Bind(Value),
    /// Different values for PostgreSQL and SQLite.
    EitherBind(Box<(Value, Value)>),
    /// Different pieces for PostgreSQL and SQLite.
    EitherSql(Box<(Vec<Self>, Vec<Self>)>),
}

/// A statement, built from pieces.
///
/// ```
/// use nuages::db::{Kind, Sql};
///
/// let query = Sql::new("SELECT ").ident("id").raw(" FROM ").ident("auth_group").raw(" WHERE ").ident("name")
///     .raw(" = ").bind("editors' desk").returns(&[Kind::Integer]);
/// ```
#[derive(Debug, Default)]
pub struct Sql {
    pieces: Vec<Piece>,
    returns: Vec<Kind>,
    once: Vec<Kind>,
}

impl Sql {
    /// Creates a statement that begins with this literal.
    pub fn new(literal: &'static str) -> Self {
        Self::default().raw(literal)
    }

    /// Adds a literal.
    #[must_use]
    pub fn raw(mut self, literal: &'static str) -> Self {
        self.pieces.push(Piece::Literal(literal));
        self
    }

    /// Adds different literals for PostgreSQL and SQLite.
    #[must_use]
    pub fn either(mut self, postgres: &'static str, sqlite: &'static str) -> Self {
        self.pieces.push(Piece::Either(postgres, sqlite));
        self
    }

    /// Adds a quoted identifier.
    #[must_use]
    pub fn ident(mut self, name: &'static str) -> Self {
        self.pieces.push(Piece::Identifier(name));
        self
    }

    /// Adds a number as part of the SQL text. Each number makes a different statement, which the
    /// connection keeps prepared, so use only a few different numbers.
    ///
    /// This is for limits. After some executions PostgreSQL plans a statement without its
    /// parameters, and assumes that an unknown limit is a tenth of the table: then it may read the
    /// whole table for a page of some rows.
    #[must_use]
    pub fn number(mut self, number: i64) -> Self {
        self.pieces.push(Piece::Number(number));
        self
    }

    /// Adds a bound value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.pieces.push(Piece::Bind(value.into()));
        self
    }

    /// Whether the statement is nothing but a bound value.
    pub(crate) fn is_bound_value(&self) -> bool {
        matches!(self.pieces[..], [Piece::Bind(_)])
    }

    /// Adds different bound values for PostgreSQL and SQLite.
    #[must_use]
    pub fn bind_either(mut self, postgres: impl Into<Value>, sqlite: impl Into<Value>) -> Self {
        self.pieces.push(Piece::EitherBind(Box::new((
            postgres.into(),
            sqlite.into(),
        ))));
        self
    }

    /// Adds the pieces of different statements for PostgreSQL and SQLite.
    #[must_use]
    pub fn append_either(mut self, postgres: Self, sqlite: Self) -> Self {
        self.pieces
            .push(Piece::EitherSql(Box::new((postgres.pieces, sqlite.pieces))));
        self
    }

    /// Adds the pieces of another statement.
    #[must_use]
    pub fn append(mut self, other: Self) -> Self {
        if self.pieces.is_empty() {
            self.pieces = other.pieces;
        } else {
            self.pieces.extend(other.pieces);
        }
        self
    }

    /// Sets the kinds of the result's columns, in order.
    #[must_use]
    pub fn returns(mut self, kinds: &[Kind]) -> Self {
        self.returns = kinds.to_vec();
        self
    }

    /// Sets the kinds of additional columns that are read from the first row only.
    #[must_use]
    pub fn returns_once(mut self, kinds: &[Kind]) -> Self {
        self.once = kinds.to_vec();
        self
    }

    /// Runs the statement and reads its rows.
    pub fn load(self, conn: &mut Conn) -> Result<Vec<Vec<Value>>> {
        on_conn!(conn, |conn| self.load_on(conn))
    }

    fn load_on<C>(mut self, conn: &mut C) -> Result<Vec<Vec<Value>>>
    where
        C: LoadConnection<Backend: Dialect + QueryMetadata<Untyped>>,
    {
        let (kinds, once) = (
            std::mem::take(&mut self.returns),
            std::mem::take(&mut self.once),
        );
        let mut rows = Vec::new();
        for row in LoadConnection::load(conn, self)? {
            let row = row?;
            let once = if rows.is_empty() {
                once.as_slice()
            } else {
                &[]
            };
            rows.push(read_row(&row, kinds.iter().chain(once))?);
        }
        Ok(rows)
    }

    /// Runs the statement and calls `work` with one row after the other, without holding all rows in memory.
    pub fn each(
        mut self,
        conn: &mut Conn,
        mut work: impl FnMut(Vec<Value>) -> Result<()>,
    ) -> Result<()> {
        let kinds = std::mem::take(&mut self.returns);
        match conn {
            Conn::Postgres(inner) => {
                for row in LoadConnection::<PgRowByRowLoadingMode>::load(inner, self)? {
                    work(read_row::<Pg>(&row?, kinds.iter())?)?;
                }
            }
            Conn::Sqlite(inner) => {
                for row in LoadConnection::<DefaultLoadingMode>::load(inner, self)? {
                    work(read_row::<Sqlite>(&row?, kinds.iter())?)?;
                }
            }
        }
        Ok(())
    }

    /// Runs the statement and returns the number of affected rows.
    pub fn execute(self, conn: &mut Conn) -> Result<usize> {
        use diesel::connection::Connection as _;
        Ok(on_conn!(conn, |conn| conn.execute_returning_count(&self))?)
    }
}

/// Reads the columns of a row as values of these kinds.
fn read_row<'a, 'k, DB: Dialect>(
    row: &impl diesel::row::Row<'a, DB>,
    kinds: impl Iterator<Item = &'k Kind>,
) -> Result<Vec<Value>> {
    let mut values = Vec::with_capacity(row.field_count());
    for (index, kind) in kinds.enumerate() {
        let field = row
            .get(index)
            .ok_or_else(|| diesel::result::Error::NotFound)?;
        values.push(DB::read(*kind, &field));
    }
    Ok(values)
}

impl<DB: Dialect> QueryFragment<DB> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // The statement cache uses the SQL text as its key.
        walk(&self.pieces, &mut out)
    }
}

fn walk<'b, DB: Dialect>(pieces: &'b [Piece], out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()> {
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.push_sql(text),
            Piece::Either(postgres, sqlite) => {
                out.push_sql(if DB::IS_POSTGRES { postgres } else { sqlite });
            }
            // Diesel searches for quotes in it each time.
            Piece::Identifier(name)
                if name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
            {
                out.push_sql("\"");
                out.push_sql(name);
                out.push_sql("\"");
            }
            Piece::Identifier(name) => out.push_identifier(name)?,
            Piece::Number(number) => out.push_sql(&number.to_string()),
            Piece::Bind(value) => DB::bind(value, out)?,
            Piece::EitherBind(values) => DB::bind(
                if DB::IS_POSTGRES {
                    &values.0
                } else {
                    &values.1
                },
                out,
            )?,
            Piece::EitherSql(both) => walk(if DB::IS_POSTGRES { &both.0 } else { &both.1 }, out)?,
        }
    }
    Ok(())
}

impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_value_has_the_size_of_a_string() {
        assert_eq!(size_of::<Value>(), size_of::<String>());
    }
}
