//! UUIDs.

use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sqlite::Sqlite;

use crate::db::sql_types;

/// A UUID; on SQLite stored as 32 hex digits without dashes, like Django.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Uuid)]
pub struct Uuid(pub uuid::Uuid);

impl FromStr for Uuid {
    type Err = uuid::Error;

    /// Parses the text like Python's `uuid.UUID`, which ignores the prefix, braces and hyphens.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.replace("urn:", "").replace("uuid:", "");
        let digits = plain.trim_matches(['{', '}']).replace('-', "");
        uuid::Uuid::try_parse(&digits).map(Self)
    }
}

super::multi_backend!(Uuid => sql_types::Uuid);

impl FromSql<sql_types::Uuid, Pg> for Uuid {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<diesel::sql_types::Uuid, Pg>::from_sql(raw).map(Self)
    }
}

impl ToSql<sql_types::Uuid, Pg> for Uuid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Uuid, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<sql_types::Uuid, Sqlite> for Uuid {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(raw.read_text().parse()?))
    }
}

impl ToSql<sql_types::Uuid, Sqlite> for Uuid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.simple().to_string());
        Ok(IsNull::No)
    }
}
