//! The action `bulk_edit`: changes fields of all selected rows, after a preview, with one undo for all.

mod edit;
mod pages;
mod task;

pub(super) use edit::BULK_EDIT;
pub(super) use pages::{is_sent, run};
pub(super) use task::{TASK_NAME, run_task};
