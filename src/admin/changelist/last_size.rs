//! The last known size of a list's table, and whether searching it takes long.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time for which the list does not try again to search all rows of a table.
const SLOW_FOR: Duration = Duration::from_mins(1);

/// The last known number of rows of a table, and the last search of all its rows that took too long. They only
/// decide which statements the next list uses: numbers on a page are always counted anew.
#[derive(Debug)]
pub(in crate::admin) struct LastSize {
    count: AtomicI64,
    stopped: Mutex<Option<Instant>>,
}

impl Default for LastSize {
    fn default() -> Self {
        Self {
            count: AtomicI64::new(-1),
            stopped: Mutex::new(None),
        }
    }
}

impl LastSize {
    /// Returns the number of rows, if the table was counted.
    pub(super) fn get(&self) -> Option<i64> {
        Some(self.count.load(Ordering::Relaxed)).filter(|count| *count >= 0)
    }

    pub(super) fn set(&self, count: i64) {
        self.count.store(count, Ordering::Relaxed);
    }

    /// Whether a search of all rows was stopped a short time ago.
    pub(super) fn is_search_slow(&self) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.is_some_and(|stopped| stopped.elapsed() < SLOW_FOR)
    }

    /// Records that a search of all rows was stopped.
    pub(super) fn search_was_stopped(&self) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        *stopped = Some(Instant::now());
    }
}
