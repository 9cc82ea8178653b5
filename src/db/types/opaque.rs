//! Values of a type that Nuages does not know.

use std::fmt::{self, Write as _};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Text;
use diesel::sqlite::{Sqlite, SqliteType};

use crate::db::cell::{Cell, SqliteRaw};
use crate::db::sql_types;

/// A value of a column whose type Nuages does not know, such as an array, a range, `hstore` or
/// `money`: the text that the database writes for it. It is read and shown, and never written.
///
/// A plain Diesel query on PostgreSQL gets the bytes that the server sends instead: their text if
/// they are one, else `\x0102…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Opaque)]
pub struct Opaque(pub Box<str>);

super::multi_backend!(Opaque => sql_types::Opaque);

impl FromSql<sql_types::Opaque, Pg> for Opaque {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let is_text = |text: &&str| !text.chars().any(|c| c.is_control() && !c.is_whitespace());
        if let Some(text) = std::str::from_utf8(raw.as_bytes()).ok().filter(is_text) {
            return Ok(Self(text.into()));
        }
        let mut text = String::from("\\x");
        for byte in raw.as_bytes() {
            write!(text, "{byte:02x}")?;
        }
        Ok(Self(text.into()))
    }
}

impl FromSql<sql_types::Opaque, Sqlite> for Opaque {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(raw.read_text().into()))
    }
}

impl ToSql<sql_types::Opaque, Pg> for Opaque {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Text, Pg>::to_sql(&*self.0, out)
    }
}

impl ToSql<sql_types::Opaque, Sqlite> for Opaque {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&*self.0);
        Ok(IsNull::No)
    }
}

impl Cell for Opaque {
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        <String as Cell>::read_sqlite(raw, held).map(|text| Self(text.into()))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
