//! A thread of a [`Queue`](super::queue::Queue), as others see it.

use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::pulse::Pulse;
use super::queue::{Job, locked};

/// Whoever waits for a job's answer.
pub(super) trait Asker: Send + Sync {
    /// Answers that the database did not answer. If another thread replaces the one that runs the job, another connection
    /// also takes the place of the job's.
    fn give_up(&self, is_replaced: bool);
}

#[derive(Default)]
pub(super) struct Worker {
    message: Mutex<Message>,
    bell: Condvar,
    pulse: OnceLock<Arc<Pulse>>,
    current: Mutex<Current>,
}

/// A message to a thread that waits.
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
    pub(super) fn run(&self, job: Job) -> bool {
        locked(&self.current).asker = Some(job.asker);
        (job.work)();
        let mut current = locked(&self.current);
        current.asker = None;
        if let Some(pulse) = self.pulse.get() {
            pulse.reset();
        }
        current.was_replaced
    }

    /// Whether the thread waits for one statement for longer than `limit`.
    pub(super) fn is_overdue(&self, limit: Duration) -> bool {
        self.pulse
            .get()
            .is_some_and(|pulse| pulse.is_overdue(limit))
    }

    /// Answers for the thread's job, and notes whether another thread takes its place. Returns false if there is nobody to
    /// be answered any more.
    pub(super) fn give_up(&self, is_replaced: bool) -> bool {
        let mut current = locked(&self.current);
        let Some(asker) = current.asker.take() else {
            return false;
        };
        current.was_replaced = is_replaced;
        if let Some(pulse) = self.pulse.get() {
            pulse.give_up();
        }
        asker.give_up(is_replaced);
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

    /// Waits for a job. Returns `None` if no job will come any more.
    pub(super) fn wait(&self) -> Option<Job> {
        let mut message = locked(&self.message);
        loop {
            match std::mem::take(&mut *message) {
                Message::Job(job) => return Some(job),
                Message::Closed => return None,
                Message::Nothing => {}
            }
            message = self
                .bell
                .wait(message)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}
