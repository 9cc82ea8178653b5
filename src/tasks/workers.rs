//! [`Workers`]: the threads of a process that run tasks.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::bell;
use super::registry::Registry;
use super::rows::{self, Claimant, Claimed, Outcome};
use super::run;
use super::signals::Signals;
use crate::db::{Conn, Limits};
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::Settings;

/// The time between two looks for tasks that another process has enqueued, or that have become due.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The time before the database is asked again after a failure.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// The interval between two log lines about the same failure.
const LOG_AGAIN_AFTER: Duration = Duration::from_mins(1);
/// The number of times that a lease is renewed before it would end.
const HEARTBEATS: u32 = 4;
/// The part of the time for stopping in which tasks may finish. In the rest they notice that they should end.
const PATIENCE: f32 = 0.8;
/// The age at which tasks that have succeeded are deleted.
const KEEP: TimeDelta = TimeDelta::days(30);
/// The interval at which old tasks are deleted.
const CLEAN_EVERY: Duration = Duration::from_hours(1);

/// The threads of this process that run tasks. They end, after their current task, when the value is dropped.
#[derive(Debug)]
pub struct Workers {
    shared: Arc<Shared>,
    threads: Vec<thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    registry: Registry,
    settings: Settings,
    claimant: Claimant,
    /// No further task is taken.
    stops: Arc<AtomicBool>,
    /// The tasks that run should end.
    ends: Arc<AtomicBool>,
    /// The tasks that run now, by the name of their worker.
    running: Mutex<HashMap<String, Running>>,
}

#[derive(Debug, Clone)]
struct Running {
    claimed: Claimed,
    is_lost: Arc<AtomicBool>,
}

impl Workers {
    /// Starts `threads` threads, which run the tasks of `queue`, or of all queues.
    pub fn start(
        registry: Registry,
        settings: &Settings,
        threads: usize,
        queue: Option<&str>,
    ) -> Result<Self> {
        let lease = TimeDelta::from_std(settings.tasks.lease)
            .map_err(|error| Error::command(format!("TASK_LEASE: {error}")))?;
        let shared = Arc::new(Shared {
            registry,
            settings: settings.clone(),
            claimant: Claimant {
                worker: rows::unique_name("worker"),
                queue: queue.map(str::to_owned),
                lease,
            },
            stops: Arc::default(),
            ends: Arc::default(),
            running: Mutex::default(),
        });
        let context = Context::current();
        let mut started = Vec::new();
        for number in 1..=threads {
            let (shared, context) = (Arc::clone(&shared), context.clone());
            let name = format!("{}-{number}", shared.claimant.worker);
            let work = move || Context::enter(context, || shared.serve(&name));
            started.push(
                thread::Builder::new()
                    .name(format!("task-{number}"))
                    .spawn(work)?,
            );
        }
        if threads > 0 {
            let shared = Arc::clone(&shared);
            let work = move || Context::enter(context, || shared.renew_leases());
            thread::Builder::new()
                .name("task-lease".to_owned())
                .spawn(work)?;
        }
        Ok(Self {
            shared,
            threads: started,
        })
    }

    /// Lets the threads take no further task. Those that run go on.
    pub fn stop_taking(&self) {
        self.shared.stops.store(true, Ordering::Relaxed);
        bell::ring();
    }

    /// Returns a function for a signal handler. It lets the threads take no further task, and ends those that still run shortly
    /// before `limit` has passed. Call [`stop`](Self::stop) afterwards with the rest of that time.
    pub fn stopper(&self, limit: Duration) -> impl Fn() + Send + 'static {
        let (stops, ends) = (
            Arc::clone(&self.shared.stops),
            Arc::clone(&self.shared.ends),
        );
        move || {
            stops.store(true, Ordering::Relaxed);
            bell::ring();
            let ends = Arc::clone(&ends);
            let end_later = move || {
                thread::sleep(limit.mul_f32(PATIENCE));
                ends.store(true, Ordering::Relaxed);
            };
            let builder = thread::Builder::new().name("task-end".to_owned());
            if let Err(error) = builder.spawn(end_later) {
                log::error!(target: "nuages.tasks", "no thread can be started: {error}");
            }
        }
    }

    /// Stops: waits up to `limit` for the tasks that run, and gives the rest back, so that another worker takes them at once.
    pub fn stop(&mut self, limit: Duration) {
        self.stop_taking();
        self.wait(limit.mul_f32(PATIENCE));
        self.shared.ends.store(true, Ordering::Relaxed);
        self.wait(limit.mul_f32(1.0 - PATIENCE));
        self.shared.give_back();
    }

    fn wait(&self, limit: Duration) {
        let end = Instant::now() + limit;
        while self.threads.iter().any(|thread| !thread.is_finished()) && Instant::now() < end {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop_taking();
    }
}

impl Shared {
    fn stops(&self) -> bool {
        self.stops.load(Ordering::Relaxed)
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs tasks until the worker stops.
    fn serve(&self, worker: &str) {
        let claimant = Claimant {
            worker: worker.to_owned(),
            ..self.claimant.clone()
        };
        let mut conn = None;
        let mut logged: Option<Instant> = None;
        let mut cleaned: Option<Instant> = None;
        while !self.stops() {
            let heard = bell::rings();
            match self.next(&claimant, &mut conn) {
                Ok(true) => {}
                Ok(false) => {
                    Self::clean(&mut conn, &mut cleaned);
                    bell::wait(heard, LOOK_EVERY);
                }
                Err(error) => {
                    conn = None;
                    if logged.is_none_or(|logged| logged.elapsed() >= LOG_AGAIN_AFTER) {
                        logged = Some(Instant::now());
                        log::error!(target: "nuages.tasks", "no task can be run: {error}");
                    }
                    bell::wait(bell::rings(), PAUSE_AFTER_FAILURE);
                }
            }
        }
    }

    /// Runs the next task that is due. Returns false if no task is due.
    fn next(&self, claimant: &Claimant, kept: &mut Option<Conn>) -> Result<bool> {
        let mut conn = match kept.take() {
            Some(conn) => conn,
            None => Conn::open(&self.settings.database_url, Limits::NONE)?,
        };
        let Some(claimed) = rows::claim(&mut conn, claimant)? else {
            *kept = Some(conn);
            return Ok(false);
        };

        let running = Running {
            claimed: claimed.clone(),
            is_lost: Arc::default(),
        };
        let signals = Signals {
            ends: Arc::clone(&self.ends),
            is_lost: Arc::clone(&running.is_lost),
        };
        self.running().insert(claimant.worker.clone(), running);
        let context = Context {
            request_id: format!("task-{}", claimed.id).into(),
            ..Context::current().unwrap_or_default()
        };
        let done = Context::enter(Some(context), || {
            run::run(
                &self.registry,
                &self.settings,
                conn,
                &claimant.worker,
                claimed,
                signals,
            )
        });
        self.running().remove(&claimant.worker);
        *kept = Some(done?);
        Ok(true)
    }

    /// Deletes old tasks from time to time.
    fn clean(conn: &mut Option<Conn>, cleaned: &mut Option<Instant>) {
        if cleaned.is_some_and(|cleaned| cleaned.elapsed() < CLEAN_EVERY) {
            return;
        }
        // The first call only sets the time, so that nothing is deleted while a server starts.
        if cleaned.replace(Instant::now()).is_some()
            && let Some(conn) = conn
            && let Err(error) = conn.without_waiting(|conn| super::delete_old(conn, KEEP))
        {
            log::debug!(target: "nuages.tasks", "old tasks were not deleted: {error}");
        }
    }

    /// Renews the leases of the tasks that run, until the worker has stopped and no task runs.
    fn renew_leases(&self) {
        let pause = self.settings.tasks.lease / HEARTBEATS;
        let mut conn = None;
        while !(self.stops() && self.running().is_empty()) {
            thread::sleep(pause.min(Duration::from_secs(1)));
            let running = self.running().clone();
            if running.is_empty() {
                conn = None;
                continue;
            }
            for (worker, running) in running {
                if let Err(error) = self.renew(&mut conn, &worker, &running) {
                    conn = None;
                    log::debug!(target: "nuages.tasks", "a lease was not renewed: {error}");
                }
            }
            // The loop looks once a second whether a task has begun, and renews leases no more often than they need.
            thread::sleep(pause.saturating_sub(Duration::from_secs(1)));
        }
    }

    fn renew(&self, kept: &mut Option<Conn>, worker: &str, running: &Running) -> Result<()> {
        let mut conn = match kept.take() {
            Some(conn) => conn,
            None => Conn::open(&self.settings.database_url, Limits::NONE)?,
        };
        if !rows::renew(&mut conn, worker, &running.claimed, self.claimant.lease)? {
            running.is_lost.store(true, Ordering::Relaxed);
        }
        *kept = Some(conn);
        Ok(())
    }

    /// Gives back the tasks that still run.
    fn give_back(&self) {
        let running = self.running().clone();
        if running.is_empty() {
            return;
        }
        let given_back =
            Conn::open(&self.settings.database_url, Limits::NONE).and_then(|mut conn| {
                for (worker, Running { claimed, .. }) in &running {
                    rows::finish(&mut conn, worker, claimed, Outcome::GivenBack)?;
                }
                Ok(())
            });
        if let Err(error) = given_back {
            log::error!(target: "nuages.tasks", "tasks were not given back, and wait for the end of their lease: {error}");
        }
    }
}
