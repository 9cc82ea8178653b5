//! The history of a row with values, reverting, deleted rows, all changes, and undoing a batch.

mod all;
mod deleted;
mod difference;
mod page;
mod plan;
mod restore;
mod revert;
mod timeline;
mod undo;
mod undo_task;
mod undoing;

pub(super) use all::all_changes;
pub(super) use deleted::{deleted_rows, restore, restore_form};
pub(super) use difference::{Difference, Names};
pub(super) use page::history;
pub(super) use plan::{Links, Plan, checked, label_of};
pub(super) use revert::{revert, revert_form};
pub(super) use undo::{undo, undo_form};
pub(super) use undo_task::{UNDO_TASK_NAME, run_undo_task};
