//! The table `nuages_task`, as workers use it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::bell;
use super::result::{TaskResult, TaskStatus, UNFINISHED};
use crate::clock;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::nuages_task as task;

/// The number of times that a task that has failed is run again.
pub const RETRIES: i32 = 5;

/// A transaction of SQLite that begins later than this has waited for another one.
const LONG_WAIT: Duration = Duration::from_millis(100);
/// The time in which a worker that waits for SQLite notices that another transaction has ended. SQLite looks every 100
/// milliseconds.
const GRACE: Duration = Duration::from_millis(500);

/// A task to be inserted.
pub(super) struct NewTask<'a> {
    pub(super) name: &'a str,
    /// The arguments as JSON.
    pub(super) arguments: &'a str,
    pub(super) is_private: bool,
    pub(super) priority: i16,
    pub(super) queue_name: &'a str,
    pub(super) run_after: Timestamp,
    pub(super) enqueued_at: Timestamp,
    pub(super) user_id: Option<i32>,
}

/// The worker that wants a task.
#[derive(Debug, Clone)]
pub(super) struct Claimant {
    /// The name of the worker, unique among all processes.
    pub(super) worker: String,
    /// The queue whose tasks it runs; all queues if it is `None`.
    pub(super) queue: Option<String>,
    pub(super) lease: TimeDelta,
}

/// A task that a worker holds.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) arguments: String,
    /// The number of this attempt; the first one is 1.
    pub(super) attempt: i32,
    /// The number of attempts that have failed.
    pub(super) failures: i32,
    /// Whether the last attempt that the task may have was lost with its worker.
    pub(super) is_spent: bool,
}

/// The columns that [`claim`] reads.
#[derive(Debug, Queryable)]
struct Due {
    id: i64,
    name: String,
    arguments: String,
    attempts: i32,
    failures: i32,
    status: String,
    progress_done: Option<i64>,
}

impl Due {
    /// Whether the worker of the last attempt has ended without a report of progress: probably the task ends its process. An
    /// attempt that got on is not a failure, so that a long task survives many restarts.
    fn is_failed(&self) -> bool {
        self.status == TaskStatus::Running.as_str() && self.progress_done.is_none()
    }
}

/// Inserts a task, and wakes the workers of this process after the commit.
pub(super) fn insert(conn: &mut Conn, new: &NewTask<'_>) -> Result<TaskResult> {
    let row = (
        task::name.eq(new.name),
        task::arguments.eq(new.arguments),
        task::is_private.eq(new.is_private),
        task::priority.eq(new.priority),
        task::queue_name.eq(new.queue_name),
        task::run_after.eq(new.run_after),
        task::status.eq(TaskStatus::Ready.as_str()),
        task::attempts.eq(0),
        task::failures.eq(0),
        task::enqueued_at.eq(new.enqueued_at),
        task::error.eq(""),
        task::return_value.eq(""),
        task::progress_text.eq(""),
        task::user_id.eq(new.user_id),
    );
    let id: i64 = diesel::insert_into(task::table)
        .values(row)
        .returning(task::id)
        .get_result(conn)?;

    // Inside a transaction that Diesel has opened nobody can be woken: then the workers find the task within a second.
    if let Err(error) = conn.after_commit(|_| {
        bell::ring();
        Ok(())
    }) {
        log::debug!(target: "nuages.tasks", "the workers were not woken: {error}");
    }
    TaskResult::get(conn, id)
}

/// Takes the first task that is due: one that is ready, or one whose worker has not renewed its lease.
pub(super) fn claim(conn: &mut Conn, claimant: &Claimant) -> Result<Option<Claimed>> {
    match conn {
        Conn::Postgres(_) => conn.atomic(|conn| claim_next(conn, claimant)),
        // The conditional UPDATE is one transaction, and without a task that is due nothing is written.
        Conn::Sqlite(_) => claim_next(conn, claimant),
    }
}

fn claim_next(conn: &mut Conn, claimant: &Claimant) -> Result<Option<Claimed>> {
    let now = Timestamp::from(clock::now());
    loop {
        let Some(due) = next_due(conn, claimant, now)? else {
            return Ok(None);
        };
        let is_failed = due.is_failed();
        let is_spent = is_failed && due.failures >= RETRIES;
        // The end of the last attempt is counted when the task is recorded as failed.
        let failures = due.failures + i32::from(is_failed && !is_spent);
        let take = |conn: &mut Conn| -> Result<usize> {
            let is_left = task::lease_until.is_null().or(task::lease_until.lt(now));
            let still = task::table.filter(
                task::id
                    .eq(due.id)
                    .and(task::status.eq(&due.status))
                    .and(task::attempts.eq(due.attempts))
                    .and(
                        task::status
                            .eq(TaskStatus::Ready.as_str())
                            .nullable()
                            .or(is_left),
                    ),
            );
            Ok(diesel::update(still)
                .set((
                    task::status.eq(TaskStatus::Running.as_str()),
                    task::attempts.eq(due.attempts + 1),
                    task::failures.eq(failures),
                    task::progress_done.eq(None::<i64>),
                    task::worker.eq(&claimant.worker),
                    task::lease_until.eq(Timestamp::from(now.utc() + claimant.lease)),
                    task::last_attempted_at.eq(now),
                ))
                .execute(conn)?)
        };
        let is_left = due.status == TaskStatus::Running.as_str();
        let taken = match conn {
            Conn::Sqlite(_) if is_left => {
                // Nobody could renew a lease while another transaction was writing: its worker gets the time for it.
                conn.atomic(|_| Ok(()))?;
                sleep(GRACE);
                let begun = Instant::now();
                conn.atomic(|conn| {
                    if begun.elapsed() > LONG_WAIT {
                        return Ok(None);
                    }
                    take(conn).map(Some)
                })?
            }
            _ => Some(take(conn)?),
        };
        match taken {
            None => return Ok(None),
            // Another worker was faster: look for the next task.
            Some(0) => continue,
            Some(_) => {}
        }

        if due.attempts == 0 {
            diesel::update(task::table.find(due.id))
                .set(task::started_at.eq(now))
                .execute(conn)?;
        }
        return Ok(Some(Claimed {
            id: due.id,
            name: due.name,
            arguments: due.arguments,
            attempt: due.attempts + 1,
            failures,
            is_spent,
        }));
    }
}

/// Returns the first task that is due, and locks it on PostgreSQL, where tasks that other workers are taking are skipped.
fn next_due(conn: &mut Conn, claimant: &Claimant, now: Timestamp) -> Result<Option<Due>> {
    let queue = claimant.queue.clone().unwrap_or_default();
    let any_queue = claimant.queue.is_none().into_sql::<Bool>();
    let is_ready = task::status
        .eq(TaskStatus::Ready.as_str())
        .and(task::run_after.le(now));
    let is_left = task::status
        .eq(TaskStatus::Running.as_str())
        .and(task::lease_until.lt(now));
    let due = task::table
        .filter(sql::<Bool>(UNFINISHED))
        .filter(is_ready.nullable().or(is_left))
        .filter(task::queue_name.eq(queue).or(any_queue))
        .order((task::priority.desc(), task::run_after, task::id))
        .select((
            task::id,
            task::name,
            task::arguments,
            task::attempts,
            task::failures,
            task::status,
            task::progress_done,
        ))
        .limit(1);
    let due = match conn {
        Conn::Postgres(inner) => due.for_update().skip_locked().first(inner),
        Conn::Sqlite(inner) => due.first(inner),
    };
    Ok(due.optional()?)
}

/// Renews the lease of the task. Returns false if the worker no longer holds the task.
pub(super) fn renew(
    conn: &mut Conn,
    worker: &str,
    claimed: &Claimed,
    lease: TimeDelta,
) -> Result<bool> {
    let until = Timestamp::from(clock::now() + lease);
    let renewed = diesel::update(held(worker, claimed.id, claimed.attempt))
        .set(task::lease_until.eq(until))
        .execute(conn)?;
    Ok(renewed > 0)
}

/// The outcome of an attempt.
pub(super) enum Outcome {
    /// The task has returned this JSON.
    Success(String),
    /// The attempt has failed; the next one is at this time.
    Retry(String, Timestamp),
    /// The last attempt has failed.
    Failure(String),
    /// The worker stops before the attempt has ended. Another worker may take the task at once.
    GivenBack,
}

/// Records the outcome of an attempt, unless another worker has taken the task over.
pub(super) fn finish(
    conn: &mut Conn,
    worker: &str,
    claimed: &Claimed,
    outcome: Outcome,
) -> Result<bool> {
    let now = Timestamp::from(clock::now());
    let row = held(worker, claimed.id, claimed.attempt);
    let free = (
        task::worker.eq(None::<String>),
        task::lease_until.eq(None::<Timestamp>),
    );
    let changed = match outcome {
        Outcome::Success(value) => diesel::update(row)
            .set((
                free,
                task::status.eq(TaskStatus::Successful.as_str()),
                task::finished_at.eq(now),
                task::return_value.eq(value),
                task::error.eq(""),
            ))
            .execute(conn)?,
        Outcome::Retry(error, next) => diesel::update(row)
            .set((
                free,
                task::status.eq(TaskStatus::Ready.as_str()),
                task::run_after.eq(next),
                task::failures.eq(claimed.failures + 1),
                task::error.eq(error),
            ))
            .execute(conn)?,
        Outcome::Failure(error) => diesel::update(row)
            .set((
                free,
                task::status.eq(TaskStatus::Failed.as_str()),
                task::finished_at.eq(now),
                task::failures.eq(claimed.failures + 1),
                task::error.eq(error),
            ))
            .execute(conn)?,
        Outcome::GivenBack => diesel::update(row)
            .set((free, task::status.eq(TaskStatus::Ready.as_str())))
            .execute(conn)?,
    };
    Ok(changed > 0)
}

/// Records how far a task has come. Returns false if the worker no longer holds the task.
pub(super) fn progress(
    conn: &mut Conn,
    worker: &str,
    claimed: &Claimed,
    done: i64,
    total: i64,
    text: &str,
) -> Result<bool> {
    let text: String = text.chars().take(200).collect();
    let changed = diesel::update(held(worker, claimed.id, claimed.attempt))
        .set((
            task::progress_done.eq(done),
            task::progress_total.eq(total),
            task::progress_text.eq(text),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Returns the row of a task if this attempt of this worker still holds the task.
#[diesel::dsl::auto_type(no_type_alias)]
fn held<'a>(worker: &'a str, id: i64, attempt: i32) -> _ {
    task::table.filter(
        task::id
            .eq(id)
            .and(task::status.eq("RUNNING"))
            .and(task::attempts.eq(attempt))
            .and(task::worker.eq(worker)),
    )
}

/// Returns the name of a worker that no other process has.
pub(super) fn unique_name(kind: &str) -> String {
    format!(
        "{kind}-{}-{:016x}",
        std::process::id(),
        rand::random::<u64>()
    )
}
