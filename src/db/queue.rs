//! The queue for connections, and the threads that work it off: as many jobs at once as there are connections, the others as
//! they came.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// Jobs, and the blocking pool. A thread that has done one goes on with the next that waits, so that no other thread has to be
/// woken for it by way of the event loop; and who went idle last is called first, because its caches still know what a job
/// needs. Tokio's pool calls them in turn.
#[derive(Clone)]
pub(super) struct Queue(Arc<Mutex<State>>);

struct State {
    /// Threads that may still be started.
    free: u32,
    /// Threads without a job. While there are any, or any may be started, nobody waits.
    idle: Vec<Arc<Desk>>,
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
        let state = State { free: places, idle: Vec::new(), waiting: VecDeque::new(), next: 0 };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Starts `job` on a thread, or puts it last. It must not panic.
    pub(super) fn enter(&self, job: impl FnOnce() + Send + 'static) -> Place {
        let job: Job = Box::new(job);
        let mut state = self.state();
        if let Some(desk) = state.idle.pop() {
            drop(state);
            desk.put(Note::Job(job));
            return Place::Started;
        }
        if state.free == 0 {
            let number = state.next;
            state.next += 1;
            state.waiting.push_back((number, job));
            return Place::Waiting(Waiting { queue: self.clone(), number });
        }
        state.free -= 1;
        drop(state);
        let queue = Arc::downgrade(&self.0);
        if let Err(error) = thread::Builder::new().name("db".to_owned()).spawn(move || work(&queue, job)) {
            // Who asked for the job hears that it was given up.
            log::error!(target: "nuages.db", "no thread can be started: {error}");
            self.state().free += 1;
        }
        Place::Started
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
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

/// What a thread does: this job, and whatever comes, for as long as there is a queue.
fn work(queue: &Weak<Mutex<State>>, first: Job) {
    let desk = Arc::new(Desk::default());
    let mut next = Some(first);
    while let Some(job) = next {
        job();
        let Some(queue) = queue.upgrade() else { return };
        next = waiting(&queue, &desk);
        // Now at the latest, because an idle thread must not keep the queue.
        drop(queue);
        next = next.or_else(|| desk.take());
    }
}

/// The job that waits longest; if there is none, the thread at `desk` is idle from now on.
fn waiting(queue: &Mutex<State>, desk: &Arc<Desk>) -> Option<Job> {
    let mut state = locked(queue);
    let job = state.waiting.pop_front().map(|(_, job)| job);
    if job.is_none() {
        state.idle.push(Arc::clone(desk));
    }
    job
}

impl Drop for State {
    fn drop(&mut self) {
        for desk in &self.idle {
            desk.put(Note::Closed);
        }
    }
}

/// Where a thread finds its next job.
#[derive(Default)]
struct Desk {
    note: Mutex<Note>,
    bell: Condvar,
}

#[derive(Default)]
enum Note {
    #[default]
    Nothing,
    Job(Job),
    /// Nothing will come any more.
    Closed,
}

impl Desk {
    fn put(&self, note: Note) {
        *locked(&self.note) = note;
        self.bell.notify_one();
    }

    /// Waits for a job; nothing, if none will come.
    fn take(&self) -> Option<Job> {
        let mut note = locked(&self.note);
        loop {
            match std::mem::take(&mut *note) {
                Note::Nothing => note = self.bell.wait(note).unwrap_or_else(PoisonError::into_inner),
                Note::Job(job) => return Some(job),
                Note::Closed => return None,
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{Place, Queue};

    /// Long enough for a machine that is busy; nobody waits so long.
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
            queue.enter(move || {
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
            assert_eq!(ended.recv_timeout(LONG), Err(mpsc::RecvTimeoutError::Disconnected));
        }
    }

    #[test]
    fn jobs_wait_for_a_place_in_the_order_they_came_and_may_leave() {
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
        while queue.state().idle.is_empty() {
            std::thread::yield_now();
        }
        assert!(!second.leave() && queue.state().waiting.is_empty());
        assert!(matches!(enter("fifth"), Place::Started));
        assert_eq!(order.recv_timeout(LONG).unwrap(), "fifth");
    }
}
