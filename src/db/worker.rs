//! A thread of a [`Queue`](super::queue::Queue), as others see it.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::pulse::Pulse;
use super::queue::{Job, locked};
use super::slot::Slot;

/// How often an idle thread looks whether its connection is still open.
const LOOK_AFTER: Duration = Duration::from_secs(20);

/// Whoever waits for a job's answer.
pub(super) trait Asker: Send + Sync {
    /// Answers that the database did not answer.
    fn give_up(&self);
}

#[derive(Default)]
pub(super) struct Worker {
    message: Mutex<Message>,
    bell: Condvar,
    pulse: OnceLock<Arc<Pulse>>,
    current: Mutex<Current>,
}

/// What a thread that waits is told.
#[derive(Default)]
enum Message {
    #[default]
    Nothing,
    Job(Job),
    /// No further job will come.
    Closed,
}

/// The job that a thread is busy with.
#[derive(Default)]
struct Current {
    asker: Option<Arc<dyn Asker>>,
    was_replaced: bool,
}

impl Worker {
    /// To be called on the thread itself.
    pub(super) fn moves_in(&self) {
        let _ = self.pulse.set(Pulse::of_this_thread());
    }

    /// Runs `job`; returns whether the watchdog has given the place of this thread to another meanwhile.
    pub(super) fn run(&self, job: Job, slot: &mut Slot) -> bool {
        locked(&self.current).asker = Some(job.asker);
        (job.work)(slot);
        let mut current = locked(&self.current);
        current.asker = None;
        if let Some(pulse) = self.pulse.get() {
            pulse.reset();
        }
        current.was_replaced
    }

    /// Whether the thread waits for one statement for longer than `limit`.
    pub(super) fn is_overdue(&self, limit: Duration) -> bool {
        self.pulse.get().is_some_and(|pulse| pulse.is_overdue(limit))
    }

    /// Answers for the thread's job, and notes whether another thread takes its place. Returns false if there is nobody to
    /// be answered any more.
    pub(super) fn give_up(&self, is_replaced: bool) -> bool {
        let mut current = locked(&self.current);
        let Some(asker) = current.asker.take() else { return false };
        current.was_replaced = is_replaced;
        if let Some(pulse) = self.pulse.get() {
            pulse.give_up();
        }
        asker.give_up();
        true
    }

    /// Wakes the thread for `job`.
    pub(super) fn give(&self, job: Job) {
        self.tell(Message::Job(job));
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        self.tell(Message::Closed);
    }

    fn tell(&self, message: Message) {
        *locked(&self.message) = message;
        self.bell.notify_one();
    }

    /// Waits for a job, and looks after the connection meanwhile. Returns `None` if no job will come any more.
    pub(super) fn wait(&self, slot: &mut Slot) -> Option<Job> {
        let mut message = locked(&self.message);
        loop {
            match std::mem::take(&mut *message) {
                Message::Job(job) => return Some(job),
                Message::Closed => return None,
                Message::Nothing => {}
            }
            let (told, timeout) = self.bell.wait_timeout(message, LOOK_AFTER).unwrap_or_else(PoisonError::into_inner);
            message = told;
            if timeout.timed_out() {
                drop(message);
                slot.look_after();
                message = locked(&self.message);
            }
        }
    }
}
