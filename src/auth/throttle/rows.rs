//! The buckets in the database, which all processes share.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::rule::{Rule, State};
use crate::db::{Conn, Sql, Timestamp};
use crate::error::Result;
use crate::on_conn;
use crate::schema::nuages_login_throttle::{self as throttle, dsl};

/// A bucket: under which key it lies, what it is called in the log, and how it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) key: String,
    pub(super) scope: &'static str,
    pub(super) rule: Rule,
}

/// What one try did to a bucket.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) bucket: Bucket,
    before: State,
    after: State,
    /// How long the next try has to wait if this one fails.
    pub(super) wait: Option<TimeDelta>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = throttle)]
struct Row {
    key: String,
    empty_at: Timestamp,
    blocked_until: Timestamp,
}

impl Row {
    fn new(key: &str, state: State) -> Self {
        Self { key: key.to_owned(), empty_at: state.empty_at.into(), blocked_until: state.blocked_until.into() }
    }

    fn state(&self) -> State {
        State { empty_at: self.empty_at.utc(), blocked_until: self.blocked_until.utc() }
    }
}

/// Until when the last of `buckets` is blocked, if that is not over.
pub(super) fn blocked_until(conn: &mut Conn, buckets: &[Bucket], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let keys: Vec<&str> = buckets.iter().map(|bucket| bucket.key.as_str()).collect();
    let blocked = throttle::table.filter(dsl::key.eq_any(keys)).select(dsl::blocked_until);
    let times: Vec<Timestamp> = on_conn!(conn, |c| blocked.load(c))?;
    Ok(times.into_iter().map(Timestamp::utc).filter(|until| *until > now).max())
}

/// Counts a failure in each of `buckets`, or, if one of them is blocked, in none: then until when. To be called in a
/// transaction. Buckets are locked in the order of their keys, so that two tries never wait for each other.
pub(super) fn count(
    conn: &mut Conn,
    buckets: &[Bucket],
    now: DateTime<Utc>,
) -> Result<std::result::Result<Vec<Change>, DateTime<Utc>>> {
    let mut changes = Vec::new();
    for bucket in buckets {
        let before = locked(conn, &bucket.key, now)?;
        let after = bucket.rule.after_failure(before, now);
        changes.push(Change { bucket: bucket.clone(), before, after, wait: after.wait(now) });
    }
    let blocked = changes.iter().filter(|change| change.before.wait(now).is_some());
    if let Some(until) = blocked.map(|change| change.before.blocked_until).max() {
        return Ok(Err(until));
    }
    for change in &changes {
        write(conn, &change.bucket.key, change.after)?;
    }
    Ok(Ok(changes))
}

/// Takes back what [`count`] did, because it was no failure. To be called in a transaction.
pub(super) fn give_back(conn: &mut Conn, changes: &[Change], now: DateTime<Utc>) -> Result<()> {
    for Change { bucket, before, after, .. } in changes {
        let present = locked(conn, &bucket.key, now)?;
        write(conn, &bucket.key, bucket.rule.without(present, *before, *after))?;
    }
    Ok(())
}

/// Deletes what counts for nothing any more; how many.
pub(super) fn delete_forgotten(conn: &mut Conn, now: DateTime<Utc>) -> Result<usize> {
    let now = Timestamp::from(now);
    let sql = Sql::new("DELETE FROM nuages_login_throttle WHERE key IN (SELECT key FROM nuages_login_throttle WHERE ")
        .raw("empty_at < ")
        .bind(now)
        .raw(" AND blocked_until < ")
        .bind(now);
    // A bucket that a try holds is none to wait for.
    let skip = match conn {
        Conn::Postgres(_) => " FOR UPDATE SKIP LOCKED)",
        Conn::Sqlite(_) => ")",
    };
    sql.raw(skip).execute(conn)
}

/// The bucket `key`, made if there is none, and locked until the transaction ends.
fn locked(conn: &mut Conn, key: &str, now: DateTime<Utc>) -> Result<State> {
    let row = Row::new(key, State { empty_at: now, blocked_until: DateTime::UNIX_EPOCH });
    let row: Row = on_conn!(conn, |c| diesel::insert_into(throttle::table)
        .values(&row)
        .on_conflict(dsl::key)
        .do_update()
        .set(dsl::key.eq(excluded(dsl::key)))
        .returning(Row::as_returning())
        .get_result(c))?;
    Ok(row.state())
}

fn write(conn: &mut Conn, key: &str, state: State) -> Result<()> {
    let values = (
        dsl::empty_at.eq(Timestamp::from(state.empty_at)),
        dsl::blocked_until.eq(Timestamp::from(state.blocked_until)),
    );
    diesel::update(throttle::table.find(key)).set(values).execute(conn)?;
    Ok(())
}
