//! The current time, from the one place that tests can set.

use chrono::{DateTime, Utc};

use crate::logging::Context;
use crate::test_hooks::TestHooks;

/// Returns the current time. In a test it is the time of the test's site.
///
/// Outside of tests this costs one comparison more than `Utc::now()`.
pub fn now() -> DateTime<Utc> {
    if TestHooks::are_used()
        && let Some(hooks) = Context::current().and_then(|context| context.hooks)
    {
        return hooks.now();
    }
    Utc::now()
}
