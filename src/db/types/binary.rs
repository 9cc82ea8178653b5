//! Bytes.

use std::fmt::{self, Write as _};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;
use diesel::sqlite::{Sqlite, SqliteType};

use crate::db::MultiBackend;
use crate::db::cell::{Cell, SqliteRaw};

/// Bytes: `bytea` on PostgreSQL, `BLOB` on SQLite. Boxed, because a row is a list of values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Bytes(pub Box<[u8]>);

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl FromSql<Binary, Pg> for Bytes {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(raw.as_bytes().into()))
    }
}

impl FromSql<Binary, Sqlite> for Bytes {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(raw.read_blob().into()))
    }
}

impl FromSql<Binary, MultiBackend> for Bytes {
    fn from_sql(raw: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        raw.from_sql::<Self, Binary>()
    }
}

impl ToSql<Binary, Pg> for Bytes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Binary, Pg>::to_sql(&*self.0, out)
    }
}

impl ToSql<Binary, Sqlite> for Bytes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        ToSql::<Binary, Sqlite>::to_sql(&*self.0, out)
    }
}

impl ToSql<Binary, MultiBackend> for Bytes {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Binary, self));
        Ok(serialize::IsNull::No)
    }
}

impl fmt::Display for Bytes {
    /// Writes the bytes like Python's `str(bytes)`: `b'\x00a'`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has = |quote: u8| self.0.contains(&quote);
        let quote = if has(b'\'') && !has(b'"') { '"' } else { '\'' };

        write!(f, "b{quote}")?;
        for byte in &self.0 {
            match byte {
                b'\t' => f.write_str("\\t")?,
                b'\n' => f.write_str("\\n")?,
                b'\r' => f.write_str("\\r")?,
                b'\\' => f.write_str("\\\\")?,
                byte if char::from(*byte) == quote => write!(f, "\\{quote}")?,
                b' '..=b'~' => f.write_char(char::from(*byte))?,
                byte => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_char(quote)
    }
}

impl Cell for Bytes {
    fn read_sqlite(mut raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        (held == SqliteType::Binary).then(|| Self(raw.read_blob().into()))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_python_writes_them() {
        for (bytes, text) in [
            (&b""[..], "b''"),
            (b"ab c", "b'ab c'"),
            (b"\x00\xff\t\n\r\\", "b'\\x00\\xff\\t\\n\\r\\\\'"),
            (b"it's", "b\"it's\""),
            (b"'\"", "b'\\'\"'"),
        ] {
            assert_eq!(Bytes(bytes.into()).to_string(), text);
        }
    }
}
