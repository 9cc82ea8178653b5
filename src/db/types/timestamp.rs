//! Points in time, kept in UTC.

use chrono::{DateTime, NaiveDateTime, SubsecRound as _, Timelike as _, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Timestamptz;
use diesel::sqlite::Sqlite;

use crate::db::sql_types;

/// A point in time with microseconds, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::TimestampTz)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Now, cut to the microseconds that both databases keep.
    pub fn now() -> Self {
        Utc::now().into()
    }

    /// The point in time as chrono's type.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.trunc_subsecs(6))
    }
}

super::multi_backend!(Timestamp => sql_types::TimestampTz);

impl FromSql<sql_types::TimestampTz, Pg> for Timestamp {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Timestamptz, Pg>::from_sql(raw).map(Self)
    }
}

impl ToSql<sql_types::TimestampTz, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<sql_types::TimestampTz, Sqlite> for Timestamp {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(NaiveDateTime::parse_from_str(raw.read_text(), "%Y-%m-%d %H:%M:%S%.f")?.and_utc()))
    }
}

impl ToSql<sql_types::TimestampTz, Sqlite> for Timestamp {
    /// As Django's `str(datetime)`: six digits of a second, or none.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let format = if self.0.nanosecond() / 1000 == 0 { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %H:%M:%S%.6f" };
        out.set_value(self.0.format(format).to_string());
        Ok(IsNull::No)
    }
}
