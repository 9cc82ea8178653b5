//! Threads for password hashes alone, so that a burst of logins keeps no page waiting.

use std::time::Duration;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Hashes at once. A hash takes a core for about a third of a second; one core is left for pages.
pub fn places() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

static PLACES: std::sync::LazyLock<Semaphore> = std::sync::LazyLock::new(|| Semaphore::new(places()));

/// Who waits longer is answered with 503: a queue of logins is no reason to keep visitors hanging.
const PATIENCE: Duration = Duration::from_secs(15);

/// Runs `work` on the blocking pool, when it is its turn.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _place =
        tokio::time::timeout(PATIENCE, PLACES.acquire()).await.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
    #[expect(clippy::disallowed_methods, reason = "hashing is no database work, and has places of its own")]
    let done = actix_web::web::block(work).await;
    done.map_err(|_| Error::Panicked("a password hash panicked".to_owned()))
}
