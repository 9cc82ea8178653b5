//! Limits how many password hashes are computed at the same time, so that a burst of logins does
//! not delay pages.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// Returns the number of hashes computed at the same time. A hash takes a core for about a third of
/// a second; one core is left for pages.
pub fn places() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

static PLACES: std::sync::LazyLock<Semaphore> =
    std::sync::LazyLock::new(|| Semaphore::new(places()));

/// A request that waits longer than this for a turn is answered with 503.
const PATIENCE: Duration = Duration::from_secs(25);

/// The right to compute hashes, one at a time. It ends when it is dropped and the last hash is
/// done.
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
    /// Runs `work` on Tokio's blocking pool. The turn is kept until `work` ends, even if nobody
    /// waits for the result any more.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.0);
        #[expect(
            clippy::disallowed_methods,
            reason = "hashing is not database work and has its own limit"
        )]
        let done = actix_web::web::block(move || {
            let _place = place;
            work()
        })
        .await;
        done.map_err(|_| Error::Panicked("a password hash panicked".to_owned()))
    }
}

/// Waits for a turn and runs `work` on Tokio's blocking pool.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    turn().await?.run(work).await
}
