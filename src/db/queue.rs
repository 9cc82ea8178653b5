//! The queue for connections: as many jobs at once as there are connections, the others as they came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::rt::task::spawn_blocking;

type Job = Box<dyn FnOnce() + Send>;

/// Jobs for the blocking pool. A thread that has done one goes on with the next that waits, so that no other thread has to be
/// woken for it by way of the event loop.
#[derive(Clone)]
pub(super) struct Queue(Arc<Mutex<State>>);

struct State {
    /// Jobs that may be started at once. While there are any, nobody waits.
    free: u32,
    waiting: VecDeque<(u64, Job)>,
    /// The number of the next job that has to wait.
    next: u64,
}

/// What became of a job.
pub(super) enum Place {
    Started,
    Waiting(Waiting),
}

/// A job that waits; it goes when this is dropped, unless it was started meanwhile.
pub(super) struct Waiting {
    queue: Queue,
    number: u64,
}

impl Queue {
    pub(super) fn new(places: u32) -> Self {
        Self(Arc::new(Mutex::new(State { free: places, waiting: VecDeque::new(), next: 0 })))
    }

    /// Starts `job` on the blocking pool, or puts it last. It must not panic.
    pub(super) fn enter(&self, job: impl FnOnce() + Send + 'static) -> Place {
        let mut state = self.state();
        if state.free == 0 {
            let number = state.next;
            state.next += 1;
            state.waiting.push_back((number, Box::new(job)));
            return Place::Waiting(Waiting { queue: self.clone(), number });
        }
        state.free -= 1;
        drop(state);
        let turn = Turn(Some(self.clone()));
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        drop(spawn_blocking(move || turn.work(job)));
        Place::Started
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Takes the job out of the queue; `false`, if it was started.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.queue.state();
        let at = state.waiting.binary_search_by_key(&self.number, |(number, _)| *number);
        let job = at.ok().and_then(|at| state.waiting.remove(at));
        drop(state);
        job.is_some()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.leave();
    }
}

/// One of the places, until it is free again.
struct Turn(Option<Queue>);

impl Turn {
    fn work(mut self, job: impl FnOnce()) {
        job();
        while let Some(job) = self.next() {
            job();
        }
    }

    fn next(&mut self) -> Option<Job> {
        let mut state = self.0.as_ref()?.state();
        if let Some((_, job)) = state.waiting.pop_front() {
            return Some(job);
        }
        state.free += 1;
        drop(state);
        self.0 = None;
        None
    }
}

impl Drop for Turn {
    /// A job that never began, because the server stops.
    fn drop(&mut self) {
        if let Some(queue) = &self.0 {
            queue.state().free += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Place, Queue};

    /// Long enough for a machine that is busy; nobody waits so long.
    const LONG: Duration = Duration::from_secs(30);

    #[actix_web::test]
    async fn jobs_wait_for_a_place_in_the_order_they_came_and_may_leave() {
        let queue = Queue::new(1);
        let (done, order) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let enter = |name: &'static str| {
            let done = done.clone();
            queue.enter(move || done.send(name).unwrap())
        };
        let first = queue.enter({
            let done = done.clone();
            move || {
                gate.recv_timeout(LONG).unwrap();
                done.send("first").unwrap();
            }
        });
        assert!(matches!(first, Place::Started));
        let [second, third, fourth] = ["second", "third", "fourth"].map(enter);
        let (Place::Waiting(second), Place::Waiting(third), Place::Waiting(fourth)) = (second, third, fourth) else {
            panic!("there was one place");
        };
        assert!(third.leave() && !third.leave());
        drop(fourth);
        go.send(()).unwrap();
        assert_eq!([(); 2].map(|()| order.recv_timeout(LONG).unwrap()), ["first", "second"]);
        // The place is free once the thread has seen that nobody waits.
        while queue.state().free == 0 {
            std::thread::yield_now();
        }
        assert!(!second.leave() && queue.state().waiting.is_empty());
        assert!(matches!(enter("fifth"), Place::Started));
        assert_eq!(order.recv_timeout(LONG).unwrap(), "fifth");
    }
}
