//! [`TaskResult`]: the row of a task, as pages and site authors read it.

use std::str::FromStr;

use chrono::TimeDelta;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::bell;
use super::writer_notice::WriterNotice;
use crate::clock;
use crate::db::{Conn, Timestamp, like_escaped};
use crate::error::Result;
use crate::schema::nuages_task as task;
use crate::settings::Settings;

/// The condition of the partial index over the tasks that are not finished. It has no parameters, because SQLite would not
/// use the index otherwise.
pub(super) const UNFINISHED: &str = "\"status\" IN ('READY', 'RUNNING')";

/// The status of a task (Django's `TaskResultStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskStatus {
    /// The task waits for a worker, or for its next attempt.
    Ready,
    /// A worker runs the task.
    Running,
    /// The task has ended without an error.
    Successful,
    /// All attempts have failed.
    Failed,
}

impl TaskStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Ready, Self::Running, Self::Successful, Self::Failed];

    /// Returns the word that the database stores: `READY`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::Running => "RUNNING",
            Self::Successful => "SUCCESSFUL",
            Self::Failed => "FAILED",
        }
    }
}

impl FromStr for TaskStatus {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|status| status.as_str() == text).ok_or(())
    }
}

/// A task that was enqueued (Django's `TaskResult`).
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = task)]
pub struct TaskResult {
    /// Primary key.
    pub id: i64,
    /// The name of the [`Task`](super::Task).
    pub name: String,
    /// The arguments as JSON.
    pub arguments: String,
    /// Whether the arguments must not be shown.
    pub is_private: bool,
    /// The priority, from -100 to 100.
    pub priority: i16,
    /// The queue.
    pub queue_name: String,
    /// The time before which the task does not run.
    pub run_after: Timestamp,
    /// See [`status`](Self::status).
    status: String,
    /// The number of attempts so far.
    pub attempts: i32,
    /// The number of attempts that have failed.
    pub failures: i32,
    /// The time at which the task was enqueued.
    pub enqueued_at: Timestamp,
    /// The time of the first attempt.
    pub started_at: Option<Timestamp>,
    /// The time of the last attempt.
    pub last_attempted_at: Option<Timestamp>,
    /// The time at which the task has succeeded or failed.
    pub finished_at: Option<Timestamp>,
    /// The error of the last attempt; "" if it had none.
    pub error: String,
    /// The result as JSON; "" if the task has not succeeded.
    pub return_value: String,
    progress_done: Option<i64>,
    progress_total: Option<i64>,
    progress_text: String,
    /// The user for whom the task runs.
    pub user_id: Option<i32>,
}

/// The progress of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The number of rows or steps that are done.
    pub done: i64,
    /// The number of rows or steps in all.
    pub total: i64,
    /// The present work: "Checking rows".
    pub text: String,
}

/// The tasks of a list.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Only tasks with this status. A word that is not a status matches nothing.
    pub status: Option<String>,
    /// Only tasks whose name contains this text.
    pub name: Option<String>,
}

/// Returns the query for the tasks that match a [`TaskFilter`]. A macro, because the type of the query has no name.
macro_rules! matching {
    ($filter:expr) => {{
        let filter = $filter;
        let any_status = filter.status.is_none().into_sql::<Bool>();
        let any_name = filter.name.is_none().into_sql::<Bool>();
        let name = like_escaped(filter.name.as_deref().unwrap_or_default());
        task::table
            .filter(
                task::status
                    .eq(filter.status.clone().unwrap_or_default())
                    .or(any_status),
            )
            .filter(
                task::name
                    .like(format!("%{name}%"))
                    .escape('\\')
                    .or(any_name),
            )
    }};
}

impl TaskResult {
    /// Returns the task with this primary key (Django's `get_result`).
    pub fn get(conn: &mut Conn, id: i64) -> Result<Self> {
        Ok(task::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// Returns the first task with this name and these arguments that waits or runs.
    pub(super) fn unfinished(conn: &mut Conn, name: &str, arguments: &str) -> Result<Option<Self>> {
        let unfinished = task::table
            .filter(sql::<Bool>(UNFINISHED))
            .filter(task::name.eq(name))
            .filter(task::arguments.eq(arguments))
            .order(task::id)
            .select(Self::as_select());
        Ok(unfinished.first(conn).optional()?)
    }

    /// Returns the status.
    pub fn status(&self) -> TaskStatus {
        self.status.parse().unwrap_or(TaskStatus::Failed)
    }

    /// Returns how far the task has come, if it reports that.
    pub fn progress(&self) -> Option<Progress> {
        Some(Progress {
            done: self.progress_done?,
            total: self.progress_total.unwrap_or_default(),
            text: self.progress_text.clone(),
        })
    }

    /// Like [`progress`](Self::progress), also while the task writes many rows in one transaction of SQLite.
    pub fn present_progress(&self, settings: &Settings) -> Option<Progress> {
        let is_running = self.status() == TaskStatus::Running;
        let notice = is_running.then(|| WriterNotice::read(settings)).flatten();
        match notice.filter(|notice| notice.task == self.id) {
            Some(notice) => Some(Progress {
                done: notice.done,
                total: notice.total,
                text: "Writing rows".to_owned(),
            }),
            None => self.progress(),
        }
    }

    /// Returns the number of tasks that match `filter`.
    pub fn count(conn: &mut Conn, filter: &TaskFilter) -> Result<i64> {
        Ok(matching!(filter).count().get_result(conn)?)
    }

    /// Returns the tasks that match `filter`, the newest first.
    pub fn list(
        conn: &mut Conn,
        filter: &TaskFilter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Self>> {
        Ok(matching!(filter)
            .select(Self::as_select())
            .order(task::id.desc())
            .offset(offset)
            .limit(limit)
            .load(conn)?)
    }
}

/// Returns the names of the tasks in the table, in alphabetical order.
pub fn names(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(task::table
        .select(task::name)
        .distinct()
        .order(task::name)
        .load(conn)?)
}

/// Makes a finished task ready for another run, with all its attempts. A task that waits for its next attempt is due at once.
/// Returns false if a worker is running the task, or if the task does not exist.
pub fn run_again(conn: &mut Conn, id: i64) -> Result<bool> {
    let row = task::table.filter(
        task::id
            .eq(id)
            .and(task::status.ne(TaskStatus::Running.as_str())),
    );
    let changed = diesel::update(row)
        .set((
            task::status.eq(TaskStatus::Ready.as_str()),
            task::run_after.eq(Timestamp::from(clock::now())),
            task::attempts.eq(0),
            task::failures.eq(0),
            task::started_at.eq(None::<Timestamp>),
            task::finished_at.eq(None::<Timestamp>),
            task::progress_done.eq(None::<i64>),
            task::error.eq(""),
            task::return_value.eq(""),
        ))
        .execute(conn)?;
    conn.after_commit(|_| {
        bell::ring();
        Ok(())
    })?;
    Ok(changed > 0)
}

/// Deletes a task. A worker that is running the task learns of this with the next report of progress or the next renewal of
/// the lease. Returns whether the task existed.
pub fn delete(conn: &mut Conn, id: i64) -> Result<bool> {
    Ok(diesel::delete(task::table.find(id)).execute(conn)? > 0)
}

/// Deletes tasks that have succeeded more than this time ago, and returns their number. Failed tasks are kept.
pub fn delete_old(conn: &mut Conn, age: TimeDelta) -> Result<usize> {
    let before = Timestamp::from(clock::now() - age);
    let old = task::table.filter(
        task::status
            .eq(TaskStatus::Successful.as_str())
            .and(task::finished_at.lt(before)),
    );
    Ok(diesel::delete(old).execute(conn)?)
}
