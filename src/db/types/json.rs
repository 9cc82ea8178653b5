//! JSON documents.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Jsonb;
use diesel::sqlite::Sqlite;

use crate::db::sql_types;

/// A JSON document; stored as text on SQLite. Boxed because a row is a list of values, and a
/// document is three times as large as the other values.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::Json)]
pub struct Json(pub Box<serde_json::Value>);

impl From<serde_json::Value> for Json {
    fn from(document: serde_json::Value) -> Self {
        Self(Box::new(document))
    }
}

super::multi_backend!(Json => sql_types::Json);

impl FromSql<sql_types::Json, Pg> for Json {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Jsonb, Pg>::from_sql(raw).map(serde_json::Value::into)
    }
}

impl ToSql<sql_types::Json, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Jsonb, Pg>::to_sql(&*self.0, &mut out.reborrow())
    }
}

impl FromSql<sql_types::Json, Sqlite> for Json {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(raw.read_text())?))
    }
}

impl ToSql<sql_types::Json, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}
