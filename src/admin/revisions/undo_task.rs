//! The undo of a batch of many rows, as a task.

use serde::{Deserialize, Serialize};

use super::undoing::{Undoing, Undone};
use crate::admin::{Actor, AdminSite};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::model::Violation;
use crate::records::history::{Batch, StoredBatch};
use crate::tasks::{Task, TaskContext, TaskResult};

/// The name of the task.
pub(in crate::admin) const UNDO_TASK_NAME: &str = "nuages.undo";

/// The arguments of the task.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::admin) struct Arguments {
    /// The key of the batch that is undone.
    batch: String,
}

static TASK: Task<Arguments> = Task::new(UNDO_TASK_NAME, |_, _| {
    Err(Error::command(
        "the site has no admin that could undo changes",
    ))
});

/// Enqueues the undo of a batch, unless its undo waits or runs already. Returns the task.
pub(super) fn enqueue(conn: &mut Conn, batch: &StoredBatch, user: i32) -> Result<TaskResult> {
    if let Some(task) = unfinished(conn, batch)? {
        return Ok(task);
    }
    TASK.user(user).enqueue(conn, arguments(batch))
}

/// Returns the task that undoes the batch, if it waits or runs.
pub(super) fn unfinished(conn: &mut Conn, batch: &StoredBatch) -> Result<Option<TaskResult>> {
    TASK.unfinished(conn, &arguments(batch))
}

fn arguments(batch: &StoredBatch) -> Arguments {
    Arguments {
        batch: batch.key.clone(),
    }
}

/// Returns the result of a task that has undone a batch.
pub(super) fn result_of(task: &TaskResult) -> Option<Undone> {
    if task.name != UNDO_TASK_NAME {
        return None;
    }
    serde_json::from_str(&task.return_value).unwrap_or_default()
}

/// Undoes a batch in one transaction, once, however often the task runs. Returns `None` if the batch was undone before.
pub(in crate::admin) fn run_undo_task(
    site: &'static AdminSite,
    context: &mut TaskContext<'_>,
    arguments: Arguments,
) -> Result<Option<Undone>> {
    let last = |context: &mut TaskContext<'_>, text: String| {
        context.do_not_retry();
        Err(Error::command(text))
    };
    let id = context.id;
    let task = TaskResult::get(context.conn(), id)?;
    let Some(batch) = StoredBatch::find(context.conn(), &arguments.batch)? else {
        return last(context, "the history of the change was deleted".to_owned());
    };
    let actor = match task.user_id {
        Some(user) => Actor::load(context.conn(), user)?,
        None => None,
    };
    let Some(actor) = actor else {
        return last(context, "the user of the undo has left".to_owned());
    };
    let Some(registered) = site.find_by_label(&batch.model) else {
        return last(context, format!("the admin has no model {}", batch.model));
    };
    if !actor.may(registered, "change", None) {
        let many = &registered.model.verbose_name_plural;
        return last(context, format!("the user may not change {many} any more"));
    }

    let total = i64::from(batch.row_count);
    context.progress(0, total, "Writing rows")?;
    let settings = context.settings;
    let many = &registered.model.verbose_name_plural;
    let mut writing = context.long_transaction(format!("the undo of a change of {many}"), total);
    let undoing = Undoing {
        registered,
        actor: &actor,
        settings,
    };
    let mut step = |conn: &mut Conn, done: i64| writing.step(conn, done);
    let key = Some(Batch::key_of_task(id));
    let done = undoing.run(context.conn(), &batch, key, &mut step);
    drop(writing);
    context.go_on()?;
    match done {
        Ok(undone) => {
            context.progress(total, total, "")?;
            Ok(undone)
        }
        Err(error) => match Violation::from_error(&error) {
            Some(violation) => last(context, violation.text(registered.model)),
            None => Err(error),
        },
    }
}
