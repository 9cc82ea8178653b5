//! Wakes the workers of this process when a task was enqueued.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// The number of rings so far, and the threads that wait for the next one.
struct Bell {
    rings: Mutex<u64>,
    condition: Condvar,
}

static BELL: Bell = Bell {
    rings: Mutex::new(0),
    condition: Condvar::new(),
};

/// Wakes all workers of this process.
pub(super) fn ring() {
    let mut rings = BELL.rings.lock().unwrap_or_else(PoisonError::into_inner);
    *rings += 1;
    BELL.condition.notify_all();
}

/// Returns the number of rings so far, for [`wait`].
pub(super) fn rings() -> u64 {
    *BELL.rings.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits until the bell has rung more often than `heard`, at most for `limit`.
pub(super) fn wait(heard: u64, limit: Duration) {
    let rings = BELL.rings.lock().unwrap_or_else(PoisonError::into_inner);
    let waiting = BELL
        .condition
        .wait_timeout_while(rings, limit, |rings| *rings <= heard);
    drop(waiting.unwrap_or_else(PoisonError::into_inner));
}
