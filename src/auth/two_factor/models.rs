//! The tables of second factors and recovery codes.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use log::Level;

use super::{seal, unseal};
use crate::auth::recovery_codes;
use crate::auth::totp::{self, Secret};
use crate::clock;
use crate::db::{Conn, Lenient, LossyText, Sql, Timestamp};
use crate::error::Result;
use crate::logging;
use crate::on_conn;
use crate::schema::{nuages_recovery_code, nuages_two_factor};
use crate::settings::Settings;
use crate::signing::KeyUsed;

/// Number of consecutive wrong codes after which each further one costs a wait, from a minute to an
/// hour. A guess succeeds once in some 300,000, and only somebody with the password can make one.
const FREE_FAILURES: i32 = 10;
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// A user's second factor; a user without a row has none.
///
/// An unreadable cell never disables the second factor. A secret that cannot be read matches no
/// code; [`TwoFactor::check`] describes the other columns.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = nuages_two_factor)]
pub struct TwoFactor {
    /// The user's primary key.
    pub user_id: i32,
    /// The authenticator's secret, encrypted.
    #[diesel(deserialize_as = LossyText)]
    secret: String,
    /// When the second factor was set up; `None` if the cell cannot be read.
    #[diesel(deserialize_as = Lenient<nuages_two_factor::created_at, Timestamp>)]
    pub created_at: Option<Timestamp>,
    /// The time step of the last code that was used. Codes of this step or earlier are no longer
    /// valid.
    last_step: Option<i64>,
    /// Number of wrong codes since the last correct one, and the time of the last wrong one.
    failures: i32,
    failed_at: Lenient<nuages_two_factor::failed_at, Option<Timestamp>>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = nuages_recovery_code)]
struct NewCode {
    user_id: i32,
    hash: String,
}

/// The result of checking a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The code was correct. If it was a recovery code, the number of remaining codes.
    Right(Option<usize>),
    /// The code was wrong, or used before.
    Wrong,
    /// The code was not checked because too many were wrong; the time until the next attempt.
    Wait(TimeDelta),
    /// The user has no second factor.
    Off,
}

impl TwoFactor {
    /// Returns the second factor of this user.
    pub fn find(conn: &mut Conn, user_id: i32) -> Result<Option<Self>> {
        nuages_two_factor::table
            .find(user_id)
            .select(Self::as_select())
            .first(conn)
            .optional()
            .map_err(Into::into)
    }

    /// Whether this user has a second factor.
    pub fn is_on(conn: &mut Conn, user_id: i32) -> Result<bool> {
        let row = nuages_two_factor::table.find(user_id);
        diesel::select(diesel::dsl::exists(row))
            .get_result(conn)
            .map_err(Into::into)
    }

    /// Returns the number of recovery codes that this user has left.
    pub fn codes_left(conn: &mut Conn, user_id: i32) -> Result<usize> {
        Ok(hashes(conn, user_id)?.len())
    }

    /// Turns the second factor on, replacing a former one, with a `secret` of which the code of
    /// `step` was entered. Returns the recovery codes. Call it in a transaction.
    pub fn turn_on(
        conn: &mut Conn,
        user_id: i32,
        secret: &Secret,
        step: i64,
        settings: &Settings,
    ) -> Result<Vec<String>> {
        Self::turn_off(conn, user_id)?;
        let row = (
            nuages_two_factor::user_id.eq(user_id),
            nuages_two_factor::secret.eq(seal(secret, user_id, &settings.secret_key)),
            nuages_two_factor::created_at.eq(Timestamp::now()),
            nuages_two_factor::last_step.eq(Some(step)),
            no_failures(),
        );
        diesel::insert_into(nuages_two_factor::table)
            .values(row)
            .execute(conn)?;
        Self::renew_codes(conn, user_id, settings)
    }

    /// Turns the second factor off, and returns whether it was on.
    pub fn turn_off(conn: &mut Conn, user_id: i32) -> Result<bool> {
        delete_codes(conn, user_id)?;
        Ok(diesel::delete(nuages_two_factor::table.find(user_id)).execute(conn)? > 0)
    }

    /// Replaces the recovery codes and returns the new ones. Call it in a transaction.
    pub fn renew_codes(conn: &mut Conn, user_id: i32, settings: &Settings) -> Result<Vec<String>> {
        delete_codes(conn, user_id)?;
        let codes = recovery_codes::generate();
        let hash = |code: &String| recovery_codes::hash(code, &settings.secret_key);
        let rows: Vec<NewCode> = codes
            .iter()
            .map(|code| NewCode {
                user_id,
                hash: hash(code),
            })
            .collect();
        on_conn!(conn, |conn| diesel::insert_into(
            nuages_recovery_code::table
        )
        .values(&rows)
        .execute(conn))?;
        Ok(codes)
    }

    /// Checks a code, and marks it as used if it is correct. Call it in a transaction.
    ///
    /// Cells that cannot be read are overwritten, never in favour of somebody who guesses:
    /// unreadable `failures` count as so many that the next code must wait, an unreadable
    /// `failed_at` as now, and an unreadable `last_step` as the current step. None of them locks
    /// the user out for longer than such a wait.
    pub fn check(conn: &mut Conn, user_id: i32, code: &str, settings: &Settings) -> Result<Answer> {
        // Count the failure before checking the code: the row lock makes simultaneous guesses wait
        // for each other here.
        let row = nuages_two_factor::table.find(user_id);
        repair_numbers(conn, user_id)?;
        let one_more = nuages_two_factor::failures.eq(nuages_two_factor::failures + 1);
        if diesel::update(row).set(one_more).execute(conn)? == 0 {
            return Ok(Answer::Off);
        }
        let Some(stored) = Self::find(conn, user_id)? else {
            return Ok(Answer::Off);
        };
        let (now, before) = (clock::now(), stored.failures - 1);
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return stored.check_recovery_code(conn, &code, settings);
        }
        let failed_at = stored.failed_at.0.unwrap_or_else(|| Some(now.into()));
        if let Some(wait) = wait(before, failed_at, now) {
            let values = (
                nuages_two_factor::failures.eq(before),
                nuages_two_factor::failed_at.eq(failed_at),
            );
            diesel::update(row).set(values).execute(conn)?;
            return Ok(Answer::Wait(wait));
        }
        let Some((secret, key_used)) = unseal(&stored.secret, user_id, settings.secret_keys())
        else {
            logging::security(
                Level::Error,
                "two_factor_unreadable",
                &[("user_id", &user_id)],
            );
            return stored.failed(conn);
        };
        let Some(step) = secret.verify(&code, now.timestamp(), stored.last_step) else {
            return stored.failed(conn);
        };
        let kept = match key_used {
            KeyUsed::Current => stored.secret,
            KeyUsed::Fallback => seal(&secret, user_id, &settings.secret_key),
        };
        let values = (
            nuages_two_factor::last_step.eq(Some(step)),
            nuages_two_factor::secret.eq(kept),
            no_failures(),
        );
        diesel::update(row).set(values).execute(conn)?;
        Ok(Answer::Right(None))
    }

    fn check_recovery_code(
        &self,
        conn: &mut Conn,
        code: &str,
        settings: &Settings,
    ) -> Result<Answer> {
        let mut stored = hashes(conn, self.user_id)?;
        let Some(at) = recovery_codes::find(code, &stored, settings.secret_keys()) else {
            return self.failed(conn);
        };
        let used = stored.remove(at);
        diesel::delete(nuages_recovery_code::table.find((self.user_id, used))).execute(conn)?;
        diesel::update(nuages_two_factor::table.find(self.user_id))
            .set(no_failures())
            .execute(conn)?;
        Ok(Answer::Right(Some(stored.len())))
    }

    /// Records the time of the failure, which is counted already.
    fn failed(&self, conn: &mut Conn) -> Result<Answer> {
        let now = nuages_two_factor::failed_at.eq(Some(Timestamp::now()));
        diesel::update(nuages_two_factor::table.find(self.user_id))
            .set(now)
            .execute(conn)?;
        Ok(Answer::Wrong)
    }
}

type NoFailures = (
    diesel::dsl::Eq<nuages_two_factor::failures, i32>,
    diesel::dsl::Eq<nuages_two_factor::failed_at, Option<Timestamp>>,
);

fn no_failures() -> NoFailures {
    (
        nuages_two_factor::failures.eq(0),
        nuages_two_factor::failed_at.eq(None),
    )
}

/// Overwrites numeric columns that hold another type in SQLite.
fn repair_numbers(conn: &mut Conn, user_id: i32) -> Result<()> {
    if let Conn::Postgres(_) = conn {
        return Ok(());
    }
    let now = Timestamp::now();
    Sql::new("UPDATE nuages_two_factor SET failures = ")
        .bind(FREE_FAILURES)
        .raw(", failed_at = ")
        .bind(now)
        .raw(" WHERE user_id = ")
        .bind(user_id)
        .raw(" AND NOT (typeof(failures) = 'integer' AND failures BETWEEN 0 AND 1000000)")
        .execute(conn)?;
    Sql::new("UPDATE nuages_two_factor SET last_step = ")
        .bind(totp::step(now.utc().timestamp()))
        .raw(" WHERE user_id = ")
        .bind(user_id)
        .raw(" AND typeof(last_step) NOT IN ('integer', 'null')")
        .execute(conn)?;
    Ok(())
}

fn hashes(conn: &mut Conn, user_id: i32) -> Result<Vec<String>> {
    let own = nuages_recovery_code::table.filter(nuages_recovery_code::user_id.eq(user_id));
    let hashes: Vec<LossyText> = own.select(nuages_recovery_code::hash).load(conn)?;
    Ok(hashes.into_iter().map(String::from).collect())
}

fn delete_codes(conn: &mut Conn, user_id: i32) -> Result<()> {
    let own = nuages_recovery_code::table.filter(nuages_recovery_code::user_id.eq(user_id));
    diesel::delete(own).execute(conn)?;
    Ok(())
}

/// Returns how long the next code must wait after this many wrong ones.
fn wait(failures: i32, failed_at: Option<Timestamp>, now: DateTime<Utc>) -> Option<TimeDelta> {
    let over = u32::try_from(failures - FREE_FAILURES).ok()?;
    let wait = TimeDelta::minutes(1 << over.min(6)).min(LONGEST_WAIT);
    let left = failed_at?.utc() + wait - now;
    (left > TimeDelta::zero()).then_some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour() {
        let now = Utc::now();
        let minutes = |failures| {
            wait(failures, Some(now.into()), now).map_or(0, |wait| (wait.num_seconds() + 59) / 60)
        };
        assert_eq!(
            [0, 9, 10, 11, 12, 15, 16, 1000, i32::MAX].map(minutes),
            [0, 0, 1, 2, 4, 32, 60, 60, 60]
        );
        assert_eq!(
            wait(10, Some((now - TimeDelta::minutes(1)).into()), now),
            None
        );
        assert_eq!(wait(10, None, now), None);
    }
}
