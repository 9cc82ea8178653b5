//! Threads for password hashes alone, so that a burst of logins keeps no page waiting.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// Hashes at once. A hash takes a core for about a third of a second; one core is left for pages.
pub fn places() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

static PLACES: std::sync::LazyLock<Semaphore> =
    std::sync::LazyLock::new(|| Semaphore::new(places()));

/// Who waits longer is answered with 503: a queue of logins is no reason to keep visitors hanging.
const PATIENCE: Duration = Duration::from_secs(25);

/// The right to make hashes, one at a time, until it is dropped and the last hash is made.
#[derive(Debug)]
pub struct Turn(Arc<SemaphorePermit<'static>>);

/// Waits for a turn.
pub async fn turn() -> Result<Turn> {
    let place = tokio::time::timeout(PATIENCE, PLACES.acquire())
        .await
        .map_err(|_| Error::Busy)?;
    place
        .map(|place| Turn(Arc::new(place)))
        .map_err(|_| Error::Busy)
}

impl Turn {
    /// Runs `work` on Tokio's blocking pool. It keeps its place also where nobody waits for it any more.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.0);
        #[expect(
            clippy::disallowed_methods,
            reason = "hashing is no database work, and has places of its own"
        )]
        let done = actix_web::web::block(move || {
            let _place = place;
            work()
        })
        .await;
        done.map_err(|_| Error::Panicked("a password hash panicked".to_owned()))
    }
}

/// Runs `work` on Tokio's blocking pool, when it is its turn.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    turn().await?.run(work).await
}
