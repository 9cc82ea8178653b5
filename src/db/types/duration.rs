//! Lengths of time.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::pg::data_types::PgInterval;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Interval};
use diesel::sqlite::{Sqlite, SqliteType};

use crate::db::cell::{Cell, SqliteRaw, whole};
use crate::db::sql_types;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A length of time in microseconds; negative before its start.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = sql_types::Duration)]
pub struct Duration(pub i64);

/// A length of time as Python's `timedelta` has it: only the days can be negative.
struct Parts {
    days: i64,
    hours: i64,
    minutes: i64,
    seconds: i64,
    micros: i64,
}

impl Duration {
    /// The greatest number of whole days, and the least one without its sign.
    pub const MAX_DAYS: i64 = i64::MAX / DAY;

    fn parts(self) -> Parts {
        let of_day = self.0.rem_euclid(DAY);
        let seconds = of_day / SECOND;
        Parts {
            days: self.0.div_euclid(DAY),
            hours: seconds / 3600,
            minutes: seconds / 60 % 60,
            seconds: seconds % 60,
            micros: of_day % SECOND,
        }
    }

    /// Returns the text that Django's forms and fixtures have: `1 02:03:04.000005`.
    pub fn form_text(self) -> String {
        let parts = self.parts();
        let days = match parts.days {
            0 => String::new(),
            days => format!("{days} "),
        };
        format!(
            "{days}{:02}:{:02}:{:02}{}",
            parts.hours,
            parts.minutes,
            parts.seconds,
            fraction(parts.micros)
        )
    }
}

/// Returns the fraction of a second with its point, or "".
fn fraction(micros: i64) -> String {
    match micros {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    }
}

impl fmt::Display for Duration {
    /// Writes the length like Python's `str(timedelta)`: `1 day, 2:03:04`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts();
        match parts.days {
            0 => {}
            1 | -1 => write!(f, "{} day, ", parts.days)?,
            days => write!(f, "{days} days, ")?,
        }
        let (hours, minutes, seconds) = (parts.hours, parts.minutes, parts.seconds);
        write!(
            f,
            "{hours}:{minutes:02}:{seconds:02}{}",
            fraction(parts.micros)
        )
    }
}

super::multi_backend!(Duration => sql_types::Duration);

impl FromSql<sql_types::Duration, Pg> for Duration {
    fn from_sql(raw: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let interval: PgInterval = FromSql::<Interval, Pg>::from_sql(raw)?;
        // Python counts 365 days for a year, and 30 for each month that is left.
        let (years, months) = (
            i64::from(interval.months / 12),
            i64::from(interval.months % 12),
        );
        let days = years * 365 + months * 30 + i64::from(interval.days);
        days.checked_mul(DAY)
            .and_then(|micros| micros.checked_add(interval.microseconds))
            .map(Self)
            .ok_or_else(|| "an interval of more than 64 bits".into())
    }
}

impl ToSql<sql_types::Duration, Pg> for Duration {
    /// Writes days and the rest of them, as psycopg does with a `timedelta`.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let days = i32::try_from(self.0.div_euclid(DAY))?;
        let interval = PgInterval::new(self.0.rem_euclid(DAY), days, 0);
        ToSql::<Interval, Pg>::to_sql(&interval, &mut out.reborrow())
    }
}

impl FromSql<sql_types::Duration, Sqlite> for Duration {
    fn from_sql(raw: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<BigInt, Sqlite>::from_sql(raw).map(Self)
    }
}

impl ToSql<sql_types::Duration, Sqlite> for Duration {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0);
        Ok(IsNull::No)
    }
}

impl Cell for Duration {
    fn read_sqlite(raw: SqliteRaw<'_>, held: SqliteType) -> Option<Self> {
        whole(raw, held).map(Self)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_written_as_python_and_django_write_it() {
        for (micros, python, form) in [
            (0, "0:00:00", "00:00:00"),
            (3_723_000_004, "1:02:03.000004", "01:02:03.000004"),
            (DAY, "1 day, 0:00:00", "1 00:00:00"),
            (2 * DAY + 5, "2 days, 0:00:00.000005", "2 00:00:00.000005"),
            (-3600 * SECOND, "-1 day, 23:00:00", "-1 23:00:00"),
            (-2 * DAY, "-2 days, 0:00:00", "-2 00:00:00"),
        ] {
            let duration = Duration(micros);
            assert_eq!(
                (duration.to_string().as_str(), duration.form_text().as_str()),
                (python, form),
                "{micros} microseconds"
            );
        }
    }
}
