//! Imports whose task has ended for good, so that nobody would ever finish them.

use super::rows::{self, Import, state};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::tasks::{TaskResult, TaskStatus};

/// Returns why nobody will finish an import that waits or runs: its task has failed for good, or was deleted. `None` if the
/// import has no task or the task goes on.
pub(super) fn problem(conn: &mut Conn, import: &Import) -> Result<Option<String>> {
    let Some(task_id) = import.task_id.filter(|_| import.is_waiting()) else {
        return Ok(None);
    };
    let task = match TaskResult::get(conn, task_id) {
        Ok(task) => task,
        Err(Error::NotFound) => {
            let text = "The import was not finished, because its task was deleted.";
            return Ok(Some(text.to_owned()));
        }
        Err(error) => return Err(error),
    };
    Ok(match task.status() {
        TaskStatus::Ready | TaskStatus::Running => None,
        TaskStatus::Failed => Some(format!("The task of the import has failed: {}", task.error)),
        TaskStatus::Successful => Some("The task of the import has ended without it.".to_owned()),
    })
}

/// Records that an import which nobody will finish has failed. Returns the import as it is now.
pub(super) fn settle(conn: &mut Conn, import: &Import) -> Result<Option<Import>> {
    if let Some(problem) = problem(conn, import)? {
        // A task that has finished the import meanwhile has changed its state.
        rows::move_to(conn, import, &state::WAITING, state::FAILED, &problem)?;
    }
    rows::find(conn, import.id)
}
