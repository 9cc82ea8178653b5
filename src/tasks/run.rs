//! Runs one task.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::TimeDelta;

use super::context::TaskContext;
use super::registry::Registry;
use super::rows::{self, Claimant, Claimed, Outcome, RETRIES};
use super::signals::Signals;
use crate::clock;
use crate::db::{Conn, Limits, Timestamp};
use crate::error::{Error, Result};
use crate::settings::Settings;

/// The pause before the first retry. Each further pause is four times as long: 5, 20, 80, 320 and 1280 seconds.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// A task that has lost its worker this often is not run again, even if each attempt has reported progress.
const MOST_LOST_ATTEMPTS: i32 = 100;
/// The largest number of characters of an error that are kept.
const LONGEST_ERROR: usize = 4000;

/// Runs the task, and returns its connection; after a panic a new one.
pub(super) fn run(
    registry: &Registry,
    settings: &Settings,
    conn: Conn,
    worker: &str,
    claimed: Claimed,
    signals: Signals,
) -> Result<Conn> {
    let mut context = TaskContext::new(settings, conn, worker, claimed.clone(), signals);
    let work = || attempt(registry, &mut context);
    let done = catch_unwind(AssertUnwindSafe(work));
    let panicked = done.is_err();
    let done = done.unwrap_or_else(|_| Err(Error::Panicked("the task panicked".to_owned())));

    let outcome = match done {
        Ok(value) => Outcome::Success(value),
        Err(_) if context.was_interrupted => Outcome::GivenBack,
        Err(error) => failure(&claimed, &error, context.is_final),
    };
    // A panic may have left a transaction open.
    let mut conn = if panicked {
        Conn::open(&settings.database_url, Limits::NONE)?
    } else {
        context.conn
    };
    if !rows::finish(&mut conn, worker, &claimed, outcome)? {
        log::warn!(
            target: "nuages.tasks",
            "{} (task {}): another worker has taken the task over, or it was deleted",
            claimed.name,
            claimed.id
        );
    }
    Ok(conn)
}

/// Calls the function of the task, and returns its result as JSON.
fn attempt(registry: &Registry, context: &mut TaskContext<'_>) -> Result<String> {
    let claimed = &context.claimed;
    if claimed.is_spent || claimed.attempt - claimed.failures > MOST_LOST_ATTEMPTS {
        context.is_final = true;
        return Err(Error::command("The worker has ended during the attempt."));
    }
    let Some(task) = registry.find(&claimed.name) else {
        return Err(Error::command(format!(
            "this program has no task {:?}",
            claimed.name
        )));
    };
    let arguments = serde_json::from_str(&claimed.arguments)
        .map_err(|error| Error::command(format!("the arguments are not JSON: {error}")))?;
    Ok(task.run(context, arguments)?.to_string())
}

/// Logs the error of an attempt, and returns the outcome: a retry, or the failure of the task.
fn failure(claimed: &Claimed, error: &Error, is_final: bool) -> Outcome {
    let failures = claimed.failures + 1;
    log::error!(
        target: "nuages.tasks",
        "{} (task {}): attempt {} has failed: {error}",
        claimed.name,
        claimed.id,
        claimed.attempt
    );
    let text: String = error.to_string().chars().take(LONGEST_ERROR).collect();
    if is_final || failures > RETRIES {
        return Outcome::Failure(text);
    }
    Outcome::Retry(text, Timestamp::from(clock::now() + pause(failures)))
}

/// Returns the time until the attempt after this number of failures.
fn pause(failures: i32) -> TimeDelta {
    let steps = u32::try_from(failures - 1).unwrap_or_default();
    FIRST_PAUSE * 4_i32.saturating_pow(steps.min(RETRIES.unsigned_abs()))
}

/// Runs every task that is due now on this thread, for tests and commands. Returns the number of attempts.
pub fn run_waiting(conn: &mut Conn, registry: &Registry, settings: &Settings) -> Result<usize> {
    let claimant = Claimant {
        worker: rows::unique_name("call"),
        queue: None,
        lease: TimeDelta::from_std(settings.tasks.lease).unwrap_or(TimeDelta::minutes(1)),
    };
    let mut count = 0;
    while let Some(claimed) = rows::claim(conn, &claimant)? {
        let own = Conn::open(&settings.database_url, Limits::NONE)?;
        run(
            registry,
            settings,
            own,
            &claimant.worker,
            claimed,
            Signals::default(),
        )?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::pause;

    #[test]
    fn pauses_between_attempts_grow() {
        let pauses: Vec<i64> = (1..=5)
            .map(|failures| pause(failures).num_seconds())
            .collect();
        assert_eq!(pauses, [5, 20, 80, 320, 1280], "seconds before each retry");
    }
}
