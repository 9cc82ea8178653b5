//! The buckets in the database, which all processes share.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::rule::{Rule, State};
use crate::db::{Conn, Lenient, Sql, Timestamp};
use crate::error::Result;
use crate::on_conn;
use crate::schema::nuages_login_throttle::{self as throttle, dsl};

/// A bucket: its primary key, its name in the log, and its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) key: String,
    pub(super) scope: &'static str,
    pub(super) rule: Rule,
}

/// The effect of one attempt on a bucket.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) bucket: Bucket,
    before: State,
    after: State,
    /// Time that the next attempt must wait if this one fails.
    pub(super) wait: Option<TimeDelta>,
}

/// The columns of a bucket's row.
type Row = (
    Lenient<dsl::empty_at, Timestamp>,
    Lenient<dsl::blocked_until, Timestamp>,
);

/// Returns the latest time until which one of `buckets` is blocked, if it is in the future. Ignores
/// times that cannot be read: [`count`] repairs them.
pub(super) fn blocked_until(
    conn: &mut Conn,
    buckets: &[Bucket],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let keys: Vec<&str> = buckets.iter().map(|bucket| bucket.key.as_str()).collect();
    let blocked = throttle::table
        .filter(dsl::key.eq_any(keys))
        .select(dsl::blocked_until);
    let times: Vec<Lenient<dsl::blocked_until, Timestamp>> = on_conn!(conn, |c| blocked.load(c))?;
    Ok(times
        .into_iter()
        .filter_map(|time| time.0)
        .map(Timestamp::utc)
        .filter(|until| *until > now)
        .max())
}

/// Counts a failure in each of `buckets`. If one of them is blocked, counts in none and returns the
/// time when the block ends. Call it in a transaction. Buckets are locked in primary-key order, so
/// that two attempts cannot deadlock.
pub(super) fn count(
    conn: &mut Conn,
    buckets: &[Bucket],
    now: DateTime<Utc>,
) -> Result<std::result::Result<Vec<Change>, DateTime<Utc>>> {
    let mut changes = Vec::new();
    for bucket in buckets {
        let before = locked(conn, bucket, now)?;
        let after = bucket.rule.after_failure(before, now);
        changes.push(Change {
            bucket: bucket.clone(),
            before,
            after,
            wait: after.wait(now),
        });
    }
    let blocked = changes
        .iter()
        .filter(|change| change.before.wait(now).is_some());
    if let Some(until) = blocked.map(|change| change.before.blocked_until).max() {
        return Ok(Err(until));
    }
    for change in &changes {
        write(conn, &change.bucket.key, change.after)?;
    }
    Ok(Ok(changes))
}

/// Reverts [`count`], because the attempt was not a failure. Call it in a transaction.
pub(super) fn give_back(conn: &mut Conn, changes: &[Change], now: DateTime<Utc>) -> Result<()> {
    for Change {
        bucket,
        before,
        after,
        ..
    } in changes
    {
        let present = locked(conn, bucket, now)?;
        write(
            conn,
            &bucket.key,
            bucket.rule.without(present, *before, *after),
        )?;
    }
    Ok(())
}

/// Deletes buckets that are no longer needed and returns their number. Keeps a row with a time that
/// cannot be read until the next attempt repairs it.
pub(super) fn delete_forgotten(conn: &mut Conn, now: DateTime<Utc>) -> Result<usize> {
    let now = Timestamp::from(now);
    let sql = Sql::new("DELETE FROM nuages_login_throttle WHERE key IN (SELECT key FROM nuages_login_throttle WHERE ")
        .raw("empty_at < ")
        .bind(now)
        .raw(" AND blocked_until < ")
        .bind(now);
    let sql = match conn {
        Conn::Postgres(_) => sql.raw(" AND isfinite(empty_at) AND isfinite(blocked_until)"),
        Conn::Sqlite(_) => sql
            .raw(" AND nuages_is_after(")
            .bind(now)
            .raw(", empty_at) AND nuages_is_after(")
            .bind(now)
            .raw(", blocked_until)"),
    };
    // Skip buckets that another login attempt has locked.
    let skip = match conn {
        Conn::Postgres(_) => " FOR UPDATE SKIP LOCKED)",
        Conn::Sqlite(_) => ")",
    };
    sql.raw(skip).execute(conn)
}

/// Returns the state of `bucket`, locked until the transaction ends, and creates the row if it is
/// missing. Overwrites a state that cannot be read; see [`Rule::repaired`].
fn locked(conn: &mut Conn, bucket: &Bucket, now: DateTime<Utc>) -> Result<State> {
    let new = (
        dsl::key.eq(&bucket.key),
        dsl::empty_at.eq(Timestamp::from(now)),
        dsl::blocked_until.eq(Timestamp::from(DateTime::UNIX_EPOCH)),
    );
    let (empty_at, blocked_until): Row = on_conn!(conn, |c| diesel::insert_into(throttle::table)
        .values(new)
        .on_conflict(dsl::key)
        .do_update()
        .set(dsl::key.eq(excluded(dsl::key)))
        .returning((dsl::empty_at, dsl::blocked_until))
        .get_result(c))?;
    let (empty_at, blocked_until) = (
        empty_at.0.map(Timestamp::utc),
        blocked_until.0.map(Timestamp::utc),
    );
    if let (Some(empty_at), Some(blocked_until)) = (empty_at, blocked_until) {
        return Ok(State {
            empty_at,
            blocked_until,
        });
    }
    let state = bucket.rule.repaired(empty_at, blocked_until, now);
    write(conn, &bucket.key, state)?;
    Ok(state)
}

fn write(conn: &mut Conn, key: &str, state: State) -> Result<()> {
    let values = (
        dsl::empty_at.eq(Timestamp::from(state.empty_at)),
        dsl::blocked_until.eq(Timestamp::from(state.blocked_until)),
    );
    diesel::update(throttle::table.find(key))
        .set(values)
        .execute(conn)?;
    Ok(())
}
