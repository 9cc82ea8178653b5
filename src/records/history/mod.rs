//! The history with values: what each change of a row was before and after, in the table `nuages_history`.
//!
//! [`Writer`](super::Writer) hands each change to a [`Recorder`], which writes it in the same transaction. An entry
//! without a parent is what one user did to one row; its parts are the rows that changed along with it: rows of inlines, rows
//! that were deleted along, and rows whose foreign keys were cleared.

mod batch;
mod deletion;
mod entry;
mod queries;
mod recorder;
mod values;
mod watch;

pub(crate) use batch::{Batch, StoredBatch};
pub(crate) use deletion::{DeletionRecorder, LoggedRow};
pub(crate) use entry::HistoryEntry;
pub(crate) use queries::{EntryFilter, clear};
pub(crate) use recorder::{PendingChange, Recorder, Root};
pub(crate) use values::{Delta, FieldDelta, read as read_changes};
pub(crate) use watch::Watch;

use crate::models;

/// Whether the site has the tables of the history: a site without users has no tables `nuages_…`.
pub(crate) fn is_kept() -> bool {
    models::find("auth", "user").is_some()
}
