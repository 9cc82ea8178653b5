//! The clock of a site.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use nuages::db::Timestamp;
use nuages::test_hooks::TestHooks;

/// The clock of one [`TestSite`](crate::TestSite): the time that `Timestamp::now()` returns in its
/// requests, in [`TestSite::db`](crate::TestSite::db) and in its factories.
///
/// The clocks of the computer and of the database server are not changed, so `db_default = now`
/// writes the real time.
#[derive(Debug)]
pub struct TestClock(pub(crate) Arc<TestHooks>);

impl TestClock {
    /// Returns the time of the site.
    pub fn now(&self) -> Timestamp {
        self.0.now().into()
    }

    /// Sets the time and stops the clock: `site.clock().set("2026-11-30T12:00:00Z")`.
    #[track_caller]
    pub fn set(&self, time: &str) {
        let time: DateTime<Utc> = time.parse().unwrap_or_else(|error| {
            panic!("{time:?} is not a time such as 2026-11-30T12:00:00Z: {error}")
        });
        self.0.freeze(time);
    }

    /// Moves the clock forwards, or backwards by a negative step: `site.clock().advance(TimeDelta::days(15))`.
    pub fn advance(&self, step: TimeDelta) {
        self.0.advance(step);
    }

    /// Sets the clock to the time of the computer.
    pub fn reset(&self) {
        self.0.reset_clock();
    }
}
