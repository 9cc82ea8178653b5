//! Measures how long a thread has been waiting for PostgreSQL to answer a statement.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};

use super::timing::Stopwatch;

thread_local! {
    /// The pulse of this thread, if it belongs to a queue.
    static CURRENT: RefCell<Option<Arc<Pulse>>> = const { RefCell::new(None) };
}

/// The state of a thread's job, for the watchdog.
pub(super) struct Pulse {
    /// The start of the thread. Times are milliseconds since then.
    epoch: Instant,
    /// The time when the current statement was sent, plus one; 0 if no statement is running.
    sent: AtomicU64,
    /// Whether the watchdog has answered for the job.
    given_up: AtomicBool,
}

impl Pulse {
    /// Creates the pulse of this thread.
    pub(super) fn of_this_thread() -> Arc<Self> {
        let pulse = Arc::new(Self {
            epoch: Instant::now(),
            sent: AtomicU64::new(0),
            given_up: AtomicBool::new(false),
        });
        CURRENT.set(Some(Arc::clone(&pulse)));
        pulse
    }

    /// Marks the beginning or end of a job: no statement is running.
    pub(super) fn reset(&self) {
        self.sent.store(0, Ordering::Relaxed);
        self.given_up.store(false, Ordering::Relaxed);
    }

    /// Records that the watchdog has answered the job's request.
    pub(super) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Whether the thread has been waiting for one statement for longer than `limit`.
    pub(super) fn is_overdue(&self, limit: Duration) -> bool {
        let sent = self.sent.load(Ordering::Relaxed);
        sent != 0
            && self
                .epoch
                .elapsed()
                .saturating_sub(Duration::from_millis(sent - 1))
                > limit
    }

    fn send(&self) {
        let millis = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.sent.store(millis + 1, Ordering::Relaxed);
    }
}

/// Records that a statement is sent to PostgreSQL, or that more of its rows are read.
pub(super) fn waiting_begins() {
    CURRENT.with_borrow(|pulse| pulse.iter().for_each(|pulse| pulse.send()));
}

/// Records that the answer has arrived, or that this thread does something else meanwhile.
pub(super) fn waiting_ends() {
    CURRENT.with_borrow(|pulse| {
        if let Some(pulse) = pulse {
            pulse.sent.store(0, Ordering::Relaxed);
        }
    });
}

/// Whether the request of this thread's job was already answered with an error.
pub(super) fn is_given_up() -> bool {
    CURRENT.with_borrow(|pulse| {
        pulse
            .as_ref()
            .is_some_and(|pulse| pulse.given_up.load(Ordering::Relaxed))
    })
}

/// Updates the pulse of the thread that uses a connection, and times statements if the log needs
/// that.
pub(super) struct Heartbeat {
    pub(super) stopwatch: Option<Stopwatch>,
}

impl Instrumentation for Heartbeat {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => waiting_begins(),
            InstrumentationEvent::FinishQuery { .. } => waiting_ends(),
            _ => {}
        }
        if let Some(stopwatch) = &mut self.stopwatch {
            stopwatch.on_connection_event(event);
        }
    }
}
