//! Settings for work in the background.

use std::time::Duration;

use super::env::Env;

/// The `TASK_…` settings.
#[derive(Debug, Clone)]
pub struct TaskSettings {
    /// `TASK_THREADS`: number of threads of `runserver` that run tasks. With 0, tasks wait for a `nuages worker`.
    pub threads: usize,
    /// `TASK_LEASE`: time after which another worker takes over the task of a worker that has stopped renewing its lease.
    pub lease: Duration,
}

impl TaskSettings {
    /// The shortest lease: a shorter one could end between two renewals.
    const SHORTEST_LEASE: Duration = Duration::from_millis(500);

    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        let lease = env.seconds("TASK_LEASE", 60.0, wrong);
        Self {
            threads: env.number("TASK_THREADS", 1, 0..=64, wrong),
            lease: lease.max(Self::SHORTEST_LEASE),
        }
    }
}
