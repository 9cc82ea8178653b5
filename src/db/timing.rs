//! Times statements, for the log (`nuages.sql` at debug) and the debug page.

use std::time::Instant;

use diesel::connection::{Instrumentation, InstrumentationEvent};

use crate::logging::{self, Context};
use crate::test_hooks::TestHooks;

/// The start of the current statement.
#[derive(Default)]
pub(super) struct Stopwatch(Option<Instant>);

impl Stopwatch {
    /// Returns a stopwatch if the log, the debug page or a test uses the times.
    pub(super) fn if_wanted() -> Option<Self> {
        let is_wanted = log::log_enabled!(target: "nuages.sql", log::Level::Debug)
            || logging::keeps_queries()
            || TestHooks::are_used();
        is_wanted.then(Self::default)
    }
}

impl Instrumentation for Stopwatch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.0 = Some(Instant::now()),
            InstrumentationEvent::FinishQuery { query, .. } => {
                let took = self
                    .0
                    .take()
                    .map(|began| began.elapsed())
                    .unwrap_or_default();
                log::debug!(target: "nuages.sql", "{:.3} ms {query}", took.as_secs_f64() * 1e3);
                Context::record(|| query.to_string(), took);
            }
            _ => {}
        }
    }
}
