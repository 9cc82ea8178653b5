//! [`TestHooks`]: the connection between a site and its tests, which the crate `nuages-test` uses.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

/// Whether this process has test hooks. While it has none, they cost one read of this variable.
static ARE_USED: AtomicBool = AtomicBool::new(false);

/// The clock of a site under test, and what the site has done.
///
/// A process can contain several sites, each with its own hooks: those in the `Context` of a request.
#[derive(Debug, Default)]
pub struct TestHooks {
    clock: Mutex<Clock>,
    statements: Mutex<Vec<String>>,
    errors: Mutex<Vec<String>>,
    installed: OnceLock<Box<dyn Any + Send + Sync>>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Clock {
    /// The time of the computer.
    #[default]
    Real,
    /// The time of the computer plus this difference.
    Shifted(TimeDelta),
    /// A fixed time.
    Frozen(DateTime<Utc>),
}

impl TestHooks {
    /// Creates hooks. From now on this process looks for them.
    pub fn new() -> Self {
        ARE_USED.store(true, Ordering::Relaxed);
        Self::default()
    }

    /// Whether this process has test hooks.
    pub fn are_used() -> bool {
        ARE_USED.load(Ordering::Relaxed)
    }

    /// Returns the time of the site.
    pub fn now(&self) -> DateTime<Utc> {
        match *locked(&self.clock) {
            Clock::Real => Utc::now(),
            Clock::Shifted(difference) => Utc::now() + difference,
            Clock::Frozen(time) => time,
        }
    }

    /// Sets the time, and stops the clock.
    pub fn freeze(&self, time: DateTime<Utc>) {
        *locked(&self.clock) = Clock::Frozen(time);
    }

    /// Moves the clock by `step`. A stopped clock remains stopped.
    pub fn advance(&self, step: TimeDelta) {
        let mut clock = locked(&self.clock);
        *clock = match *clock {
            Clock::Real => Clock::Shifted(step),
            Clock::Shifted(difference) => Clock::Shifted(difference + step),
            Clock::Frozen(time) => Clock::Frozen(time + step),
        };
    }

    /// Sets the clock to the time of the computer.
    pub fn reset_clock(&self) {
        *locked(&self.clock) = Clock::Real;
    }

    /// Records an executed SQL statement.
    pub fn record_statement(&self, sql: String) {
        locked(&self.statements).push(sql);
    }

    /// Returns the statements since the last call.
    pub fn take_statements(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.statements))
    }

    /// Records the cause of a response of the class 5xx.
    pub fn record_error(&self, text: String) {
        locked(&self.errors).push(text);
    }

    /// Returns the causes of failed requests since the last call.
    pub fn take_errors(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.errors))
    }

    /// Keeps a value for the whole life of the site: its installed models, which belong to a higher
    /// layer.
    pub fn set_installed(&self, installed: Box<dyn Any + Send + Sync>) {
        // A site is started once.
        let _ = self.installed.set(installed);
    }

    /// Returns the value of [`set_installed`](Self::set_installed).
    pub fn installed<T: 'static>(&self) -> Option<&T> {
        self.installed.get()?.downcast_ref()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_by_steps() {
        let hooks = TestHooks::default();
        let noon: DateTime<Utc> = "2026-01-02T12:00:00Z".parse().unwrap();
        hooks.freeze(noon);
        hooks.advance(TimeDelta::hours(1));
        assert_eq!(hooks.now(), noon + TimeDelta::hours(1));

        hooks.reset_clock();
        hooks.advance(TimeDelta::days(-1));
        let age = Utc::now() - hooks.now();
        assert!(
            (age - TimeDelta::days(1)).abs() < TimeDelta::minutes(1),
            "a running clock is one day behind: {age}"
        );
    }
}
