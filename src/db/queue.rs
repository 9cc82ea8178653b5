//! The queue for connections and its threads: runs as many jobs at once as there are connections,
//! and the others in the order of their arrival.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::Duration;

use super::worker::{Job, Worker, locked};

/// The interval at which the watchdog checks the threads.
const LOOK: Duration = Duration::from_millis(500);

/// Jobs and the blocking pool. A thread that has finished a job continues with the next waiting
/// one, so that no other thread must be woken through the event loop. The thread that became idle
/// last is used first, because its CPU caches still hold the data that a job needs. Tokio's pool
/// uses its threads in turn.
#[derive(Clone)]
pub(super) struct Queue(Arc<Mutex<State>>);

struct State {
    /// Number of jobs that may run at once.
    places: usize,
    /// Threads that are running.
    workers: Vec<Arc<Worker>>,
    /// Threads without a job. A job waits only if this list is empty and no further thread may
    /// be started.
    idle: Vec<Arc<Worker>>,
    /// Number of threads that wait for a server that does not answer. Other threads have replaced
    /// them.
    lost: usize,
    waiting: VecDeque<(u64, Job)>,
    /// The number of the next job that must wait.
    next: u64,
}

/// The state of a job after it was added.
pub(super) enum Place {
    Started,
    Waiting(Waiting),
}

/// A waiting job. Dropping this removes it from the queue, unless it was started meanwhile.
pub(super) struct Waiting {
    queue: Queue,
    number: u64,
}

impl Queue {
    pub(super) fn new(places: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            places,
            workers: Vec::new(),
            idle: Vec::new(),
            lost: 0,
            waiting: VecDeque::new(),
            next: 0,
        })))
    }

    /// Starts `job` on a thread, or appends it to the queue. The job must not panic.
    pub(super) fn enter(&self, job: Job) -> Place {
        let mut state = self.state();
        if let Some(worker) = state.idle.pop() {
            drop(state);
            worker.give(job);
            return Place::Started;
        }
        if state.may_start() {
            self.start(state, job);
            return Place::Started;
        }
        let number = state.next;
        state.next += 1;
        state.waiting.push_back((number, job));
        Place::Waiting(Waiting {
            queue: self.clone(),
            number,
        })
    }

    /// Starts a thread with its first job.
    fn start(&self, mut state: MutexGuard<'_, State>, job: Job) {
        let worker = Arc::new(Worker::default());
        state.workers.push(Arc::clone(&worker));
        drop(state);
        let (queue, at_work) = (Arc::downgrade(&self.0), Arc::clone(&worker));
        if let Err(error) = thread::Builder::new()
            .name("db".to_owned())
            .spawn(move || work(&queue, &at_work, job))
        {
            // The job was dropped with the closure, so its request gets an error.
            log::error!(target: "nuages.db", "no thread can be started: {error}");
            self.state().remove(&worker);
        }
    }

    /// Starts the watchdog: if a thread waits for one statement for longer than `limit`, its job
    /// fails, and another thread replaces it. At most as many threads are replaced at the same time
    /// as there are places.
    pub(super) fn watch(&self, limit: Duration) {
        let queue = Arc::downgrade(&self.0);
        let watchdog = move || {
            loop {
                thread::sleep(LOOK);
                let Some(queue) = queue.upgrade() else { return };
                Self(queue).look(limit);
            }
        };
        if let Err(error) = thread::Builder::new()
            .name("db-watch".to_owned())
            .spawn(watchdog)
        {
            log::error!(target: "nuages.db", "the watchdog cannot be started: {error}");
        }
    }

    fn look(&self, limit: Duration) {
        let mut state = self.state();
        let overdue: Vec<_> = state
            .workers
            .iter()
            .filter(|worker| worker.is_overdue(limit))
            .map(Arc::clone)
            .collect();
        for worker in overdue {
            let is_replaced = state.lost < state.places;
            if !worker.give_up(is_replaced) {
                continue;
            }
            log::error!(
                target: "nuages.db",
                "a statement was not answered for {limit:?}: its request gets 503{}",
                if is_replaced { ", and its connection is replaced" } else { "" }
            );
            if is_replaced {
                state.lost += 1;
                state.remove(&worker);
                if let Some((_, job)) = state.waiting.pop_front() {
                    self.start(state, job);
                    state = self.state();
                }
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }
}

impl State {
    fn may_start(&self) -> bool {
        self.workers.len() < self.places
    }

    fn remove(&mut self, worker: &Arc<Worker>) {
        self.workers.retain(|known| !Arc::ptr_eq(known, worker));
    }
}

impl Waiting {
    /// Removes the job from the queue; returns false if it was already started.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.queue.state();
        let at = state
            .waiting
            .binary_search_by_key(&self.number, |(number, _)| *number);
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

/// Runs this job and all following ones, as long as the queue exists.
fn work(queue: &Weak<Mutex<State>>, worker: &Arc<Worker>, first: Job) {
    let mut next = Some(first);
    worker.moves_in();
    while let Some(job) = next {
        let was_replaced = worker.run(job);
        let Some(queue) = queue.upgrade() else { return };
        if was_replaced {
            locked(&queue).lost -= 1;
            return;
        }
        next = next_job(&queue, worker);
        // An idle thread must not keep the queue alive.
        drop(queue);
        next = next.or_else(|| worker.wait());
    }
}

/// Returns the job that has waited longest. If no job waits, the thread of `worker` becomes idle.
fn next_job(queue: &Mutex<State>, worker: &Arc<Worker>) -> Option<Job> {
    let mut state = locked(queue);
    let job = state.waiting.pop_front().map(|(_, job)| job);
    if job.is_none() {
        state.idle.push(Arc::clone(worker));
    }
    job
}

impl Drop for State {
    fn drop(&mut self) {
        for worker in &self.idle {
            worker.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::mpsc;
    use std::time::Duration;

    use std::sync::Arc;

    use super::{Job, Place, Queue};
    use crate::db::worker::Asker;

    struct Nobody;

    impl Asker for Nobody {
        fn give_up(&self, _is_replaced: bool) {}
    }

    fn enter(queue: &Queue, work: impl FnOnce() + Send + 'static) -> Place {
        queue.enter(Job {
            work: Box::new(work),
            asker: Arc::new(Nobody),
        })
    }

    /// Long enough for a busy machine; the tests do not actually wait this long.
    const LONG: Duration = Duration::from_secs(30);

    #[test]
    fn threads_end_with_the_queue() {
        thread_local! {
            static ALIVE: Cell<Option<mpsc::Sender<()>>> = const { Cell::new(None) };
        }
        for is_idle in [true, false] {
            let queue = Queue::new(1);
            let (alive, ended) = mpsc::channel();
            let (go, gate) = mpsc::channel::<()>();
            enter(&queue, move || {
                ALIVE.set(Some(alive));
                gate.recv_timeout(LONG).unwrap();
            });
            if is_idle {
                go.send(()).unwrap();
                while queue.state().idle.is_empty() {
                    std::thread::yield_now();
                }
            }
            drop(queue);
            let _ = go.send(());
            assert_eq!(
                ended.recv_timeout(LONG),
                Err(mpsc::RecvTimeoutError::Disconnected)
            );
        }
    }

    #[test]
    fn jobs_wait_in_the_order_of_their_arrival_and_may_leave() {
        let queue = Queue::new(1);
        let (done, order) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let enter_named = |name: &'static str| {
            let done = done.clone();
            enter(&queue, move || done.send(name).unwrap())
        };
        let first = enter(&queue, {
            let done = done.clone();
            move || {
                gate.recv_timeout(LONG).unwrap();
                done.send("first").unwrap();
            }
        });
        assert!(matches!(first, Place::Started));
        let [second, third, fourth] = ["second", "third", "fourth"].map(enter_named);
        let (Place::Waiting(second), Place::Waiting(third), Place::Waiting(fourth)) =
            (second, third, fourth)
        else {
            panic!("there was one place");
        };
        assert!(third.leave() && !third.leave());
        drop(fourth);
        go.send(()).unwrap();
        assert_eq!(
            [(); 2].map(|()| order.recv_timeout(LONG).unwrap()),
            ["first", "second"]
        );
        // The place becomes free as soon as the thread notices that no job waits.
        while queue.state().idle.is_empty() {
            std::thread::yield_now();
        }
        assert!(!second.leave() && queue.state().waiting.is_empty());
        assert!(matches!(enter_named("fifth"), Place::Started));
        assert_eq!(order.recv_timeout(LONG).unwrap(), "fifth");
    }
}
