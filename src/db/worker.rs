//! A thread of a [`Queue`](super::queue::Queue), as other threads use it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::pulse::Pulse;

/// The recipient of a job's result.
pub(super) trait Asker: Send + Sync {
    /// Answers that the database did not respond. If another thread replaces the one that runs the
    /// job, the job's connection is replaced as well.
    fn give_up(&self, is_replaced: bool);
}

/// A job and the recipient of its result.
pub(super) struct Job {
    pub(super) work: Box<dyn FnOnce() + Send>,
    pub(super) asker: Arc<dyn Asker>,
}

#[derive(Default)]
pub(super) struct Worker {
    message: Mutex<Message>,
    bell: Condvar,
    pulse: OnceLock<Arc<Pulse>>,
    current: Mutex<Current>,
}

/// A message to a waiting thread.
#[derive(Default)]
enum Message {
    #[default]
    Nothing,
    Job(Job),
    /// No further job will come.
    Closed,
}

/// The current job of a thread.
#[derive(Default)]
struct Current {
    asker: Option<Arc<dyn Asker>>,
    was_replaced: bool,
}

impl Worker {
    /// Sets up the thread; call it on the thread itself.
    pub(super) fn moves_in(&self) {
        let _ = self.pulse.set(Pulse::of_this_thread());
    }

    /// Runs `job`; returns whether the watchdog has replaced this thread meanwhile.
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

    /// Whether the thread has been waiting for one statement for longer than `limit`.
    pub(super) fn is_overdue(&self, limit: Duration) -> bool {
        self.pulse
            .get()
            .is_some_and(|pulse| pulse.is_overdue(limit))
    }

    /// Answers the request of the thread's job, and records whether another thread replaces this
    /// one. Returns false if the request was already answered.
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

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
