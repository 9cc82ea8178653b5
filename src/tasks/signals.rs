//! [`Signals`]: tells a running task that it should end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The shortest time between two reports of progress that are written.
pub(super) const REPORT_EVERY: Duration = Duration::from_millis(300);

/// Tells a running task that it should end.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals {
    /// The worker stops, and has waited for the task already.
    pub(super) ends: Arc<AtomicBool>,
    /// Another worker has the task, or somebody has deleted it.
    pub(super) is_lost: Arc<AtomicBool>,
}

impl Signals {
    /// Whether the worker stops, another worker has taken the task over, or somebody has deleted the task.
    pub(super) fn should_end(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed) || self.ends.load(Ordering::Relaxed)
    }
}
