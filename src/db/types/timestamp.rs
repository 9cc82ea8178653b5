//! Points in time, stored in UTC.

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound as _, Timelike as _,
    Utc,
};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteType};

use super::iso::{self, Moment};
use crate::clock;
use crate::db::sql_types;

/// A point in time in UTC, with microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::TimestampTz)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Returns the current time, truncated to the microseconds that both databases store.
    pub fn now() -> Self {
        clock::now().into()
    }

    /// Returns the point in time if its year is 1 to 9999, which Python and all forms can show.
    fn plausible(time: DateTime<Utc>) -> Option<Self> {
        (1..=9999).contains(&time.year()).then_some(Self(time))
    }

    /// Returns the point in time as chrono's type.
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
        /// The year 2000 in microseconds since 1970, the start of PostgreSQL's timestamps.
        const EPOCH: i64 = 946_684_800_000_000;
        // Does the same as Diesel in a third of the time: a list has hundreds of timestamps.
        let micros: i64 = FromSql::<BigInt, Pg>::from_sql(raw)?;
        let found = micros
            .checked_add(EPOCH)
            .and_then(DateTime::from_timestamp_micros);
        found
            .and_then(Self::plausible)
            .ok_or_else(|| "a point in time beyond the years 1 to 9999".into())
    }
}

impl ToSql<sql_types::TimestampTz, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl FromSql<sql_types::TimestampTz, Sqlite> for Timestamp {
    fn from_sql(mut raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        if raw.value_type() != Some(SqliteType::Text) {
            return Err("a point in time that is not a text".into());
        }
        let text = raw.read_text();
        let by_chrono = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
        let found = iso::read(text)
            .or_else(by_chrono)
            .or_else(|| by_others(text));
        found
            .and_then(|found| Self::plausible(found.and_utc()))
            .ok_or_else(|| "a text that is not a point in time".into())
    }
}

/// Parses further formats that Django accepts: a date alone, a `T` between date and time, no
/// seconds, a UTC offset.
fn by_others(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().replacen('T', " ", 1);
    if let Ok(day) = NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
        return Some(day.and_time(NaiveTime::MIN));
    }
    let zoned = text
        .strip_suffix('Z')
        .map_or_else(|| text.clone(), |text| format!("{text}+00:00"));
    let formats = ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z"];
    let moment = formats
        .iter()
        .find_map(|format| DateTime::parse_from_str(&zoned, format).ok());
    let local = || {
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|f| NaiveDateTime::parse_from_str(&text, f).ok())
    };
    moment.map(|moment| moment.naive_utc()).or_else(local)
}

impl ToSql<sql_types::TimestampTz, Sqlite> for Timestamp {
    /// Writes the format of Django's `str(datetime)`: six digits of a second, or none.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let text = match Moment::new(self.0.naive_utc().trunc_subsecs(6), b' ') {
            Some(moment) => moment.as_str().to_owned(),
            None if self.0.nanosecond() / 1000 == 0 => {
                self.0.format("%Y-%m-%d %H:%M:%S").to_string()
            }
            None => self.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
        };
        out.set_value(text);
        Ok(IsNull::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_of_other_writers_are_read() {
        let read = |text: &str| by_others(text).map(|moment| moment.to_string());
        for (text, moment) in [
            ("2025-01-02", "2025-01-02 00:00:00"),
            ("2025-01-02T03:04", "2025-01-02 03:04:00"),
            ("2025-01-02T03:04:05.5Z", "2025-01-02 03:04:05.500"),
            ("2025-01-02 03:04:05+02:00", "2025-01-02 01:04:05"),
        ] {
            assert_eq!(read(text).as_deref(), Some(moment), "{text}");
        }
        assert_eq!(read("soon"), None);
    }
}
