//! Work in the background, which survives a crash: Django's `django.tasks`.
//!
//! A [`Task`] is a function with a name. A call of [`enqueue`](Task::enqueue) writes a row of the table `nuages_task` in the
//! transaction of its connection: the task runs after the commit, and not at all after a rollback. Threads of `runserver`
//! (setting `TASK_THREADS`) and the command `worker` run the tasks.
//!
//! ```
//! use nuages::prelude::*;
//! use nuages::tasks::{Task, TaskContext};
//!
//! /// Counts the letters of a text.
//! pub static COUNT_LETTERS: Task<String, usize> = Task::new("blog.count_letters", count_letters);
//!
//! fn count_letters(_: &mut TaskContext<'_>, text: String) -> Result<usize> {
//!     Ok(text.chars().count())
//! }
//!
//! fn publish(conn: &mut Conn) -> Result<()> {
//!     conn.atomic(|conn| {
//!         // … save the post …
//!         COUNT_LETTERS.enqueue(conn, "Hello".to_owned())?;
//!         Ok(())
//!     })
//! }
//! # fn main() {}
//! ```
//!
//! The project lists its tasks: `Project::with_apps(…).tasks(&[&COUNT_LETTERS])`.
//!
//! A worker holds a task by a lease (setting `TASK_LEASE`), which a heartbeat renews. If the worker is killed, another one
//! runs the task again after the lease, so a task must expect to be run twice: [`TaskContext::attempt`] tells which attempt
//! this is. An attempt whose worker was killed before it reported progress counts as a failure. A task that fails is run again
//! after growing pauses, [`RETRIES`] times; then its status is [`Failed`](TaskStatus::Failed).

mod bell;
mod context;
mod long_transaction;
mod registry;
mod result;
mod rows;
mod run;
mod signals;
mod task;
mod workers;
mod writer_notice;

pub use context::TaskContext;
pub(crate) use long_transaction::LongTransaction;
pub use registry::Registry;
pub use result::{
    Progress, TaskFilter, TaskResult, TaskStatus, delete, delete_old, names, run_again,
};
pub use rows::RETRIES;
pub use run::run_waiting;
pub use task::{AnyTask, Task};
pub use workers::Workers;
pub(crate) use writer_notice::WriterNotice;

/// The permission to see the list of tasks.
pub const VIEW_PERMISSION: &str = "nuages.view_task";

/// The examples of `docs/tasks.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/tasks.md")]
struct TasksGuide;
