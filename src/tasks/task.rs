//! [`Task`]: a function that workers run, and the rows that ask for it.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::context::TaskContext;
use super::result::TaskResult;
use super::rows::{self, NewTask};
use crate::clock;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};

/// The name of the queue of a task that names none.
const DEFAULT_QUEUE: &str = "default";
/// The largest priority, and the smallest one with a minus sign.
const MOST_PRIORITY: i16 = 100;

/// A function that workers run in the background (Django's `@task`), with its name.
///
/// `A` is the type of the arguments, and `R` that of the result; both are stored as JSON. The methods
/// [`priority`](Self::priority), [`queue_name`](Self::queue_name) and [`run_after`](Self::run_after) return a changed copy,
/// as Django's `using`.
///
/// ```
/// use nuages::prelude::*;
/// use nuages::tasks::{Task, TaskContext};
///
/// static CLEAN_UP: Task<i32> = Task::new("blog.clean_up", clean_up).priority(-10).queue_name("slow");
///
/// fn clean_up(task: &mut TaskContext<'_>, days: i32) -> Result<()> {
///     log::info!("attempt {}: everything older than {days} days", task.attempt);
///     Ok(())
/// }
///
/// fn tonight(conn: &mut Conn, midnight: Timestamp) -> Result<()> {
///     CLEAN_UP.run_after(midnight).enqueue(conn, 30)?;
///     Ok(())
/// }
/// # fn main() {}
/// ```
pub struct Task<A: 'static, R: 'static = ()> {
    name: &'static str,
    run: fn(&mut TaskContext<'_>, A) -> Result<R>,
    priority: i16,
    queue_name: &'static str,
    run_after: Option<Timestamp>,
    user_id: Option<i32>,
    is_private: bool,
}

impl<A, R> Clone for Task<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for Task<A, R> {}

impl<A, R> fmt::Debug for Task<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("name", &self.name)
            .field("priority", &self.priority)
            .field("queue_name", &self.queue_name)
            .finish_non_exhaustive()
    }
}

impl<A, R> Task<A, R> {
    /// Creates the task `name`, which calls `run`. The name is stored in the database: keep it when the function moves.
    pub const fn new(name: &'static str, run: fn(&mut TaskContext<'_>, A) -> Result<R>) -> Self {
        Self {
            name,
            run,
            priority: 0,
            queue_name: DEFAULT_QUEUE,
            run_after: None,
            user_id: None,
            is_private: false,
        }
    }

    /// Sets the priority, from -100 to 100. Tasks with a larger number run first.
    #[must_use]
    pub const fn priority(mut self, priority: i16) -> Self {
        self.priority = priority;
        self
    }

    /// Sets the queue. `nuages worker --queue NAME` runs the tasks of one queue.
    #[must_use]
    pub const fn queue_name(mut self, name: &'static str) -> Self {
        self.queue_name = name;
        self
    }

    /// Sets the time before which the task does not run.
    #[must_use]
    pub const fn run_after(mut self, time: Timestamp) -> Self {
        self.run_after = Some(time);
        self
    }

    /// Names the user for whom the task runs.
    #[must_use]
    pub const fn user(mut self, user_id: i32) -> Self {
        self.user_id = Some(user_id);
        self
    }

    /// Hides the arguments on the admin's list of tasks.
    #[must_use]
    pub const fn private(mut self) -> Self {
        self.is_private = true;
        self
    }
}

impl<A: Serialize, R> Task<A, R> {
    /// Writes the task into the database, in the transaction of `conn`: a worker runs the task after the commit, and not at
    /// all after a rollback.
    pub fn enqueue(&self, conn: &mut Conn, arguments: A) -> Result<TaskResult> {
        if !(-MOST_PRIORITY..=MOST_PRIORITY).contains(&self.priority) {
            return Err(Error::command(format!(
                "the priority of the task {} must be a whole number from -{MOST_PRIORITY} to {MOST_PRIORITY}",
                self.name
            )));
        }
        let arguments = self.json(&arguments)?;
        let now = Timestamp::from(clock::now());
        rows::insert(
            conn,
            &NewTask {
                name: self.name,
                arguments: &arguments,
                is_private: self.is_private,
                priority: self.priority,
                queue_name: self.queue_name,
                run_after: self.run_after.unwrap_or(now),
                enqueued_at: now,
                user_id: self.user_id,
            },
        )
    }

    /// Returns the task with these arguments that waits or runs.
    pub(crate) fn unfinished(&self, conn: &mut Conn, arguments: &A) -> Result<Option<TaskResult>> {
        TaskResult::unfinished(conn, self.name, &self.json(arguments)?)
    }

    fn json(&self, arguments: &A) -> Result<String> {
        serde_json::to_string(arguments)
            .map_err(|error| Error::command(format!("the task {}: {error}", self.name)))
    }
}

/// A [`Task`] with any arguments.
pub trait AnyTask: fmt::Debug + Send + Sync {
    /// Returns the name of the task.
    fn name(&self) -> &'static str;

    /// Runs the task with these arguments, and returns its result.
    fn run(&'static self, context: &mut TaskContext<'_>, arguments: Json) -> Result<Json>;
}

impl<A: DeserializeOwned, R: Serialize> AnyTask for Task<A, R> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&'static self, context: &mut TaskContext<'_>, arguments: Json) -> Result<Json> {
        let unreadable = |error: serde_json::Error| {
            Error::command(format!("the arguments of the task {}: {error}", self.name))
        };
        let arguments = serde_json::from_value(arguments).map_err(unreadable)?;
        let result = (self.run)(context, arguments)?;
        serde_json::to_value(result).map_err(unreadable)
    }
}
