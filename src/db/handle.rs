//! [`Db`]: what views hold.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::Conn;
use super::pool::{self, Pool};
use super::stream::{self, RowSink, RowStream};
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::Settings;

/// A handle on the database; cloning it is cheap.
///
/// Waiting happens in a queue of the event loop, never on a thread: there are as many places as connections, and who
/// gets none in `CONN_WAIT_TIMEOUT` is answered with [`Error::Busy`], a 503.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    places: Arc<Semaphore>,
    wait: Duration,
    patience: Duration,
}

impl Db {
    /// Opens the database that `settings` name, and one connection to see that it can be reached.
    pub fn open(settings: &Settings) -> Result<Self> {
        Ok(Self {
            pool: pool::open(settings)?,
            places: Arc::new(Semaphore::new(settings.conn_pool_size as usize)),
            wait: settings.conn_wait_timeout,
            patience: settings.stream_timeout,
        })
    }

    /// Runs `job` on the blocking pool with a connection of its own, each statement in a transaction of its own.
    pub async fn run<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.place().await?;
        let (pool, context) = (self.pool.clone(), Context::current());
        blocking(move || Context::enter(context, || on_slot(&pool, place, job))).await?
    }

    /// Runs `job` on the blocking pool in one transaction; see [`Conn::atomic`].
    pub async fn atomic<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run(move |connection| connection.atomic(job)).await
    }

    /// Runs `job` on the blocking pool; the rows it gives to its [`RowSink`] come out of the stream in chunks of `chunk`
    /// rows (Django's `async for`).
    ///
    /// No more than three chunks are in memory. When the reader is slow the job waits; when the reader is gone, or takes
    /// nothing for `STREAM_TIMEOUT`, the job ends: it holds a connection that others wait for. See [`each_row!`](crate::each_row) for reading a query row by row.
    pub async fn stream<T, F>(&self, chunk: usize, job: F) -> Result<RowStream<T>>
    where
        F: FnOnce(&mut Conn, &mut RowSink<T>) -> Result<()> + Send + 'static,
        T: Send + 'static,
    {
        let place = self.place().await?;
        let (pool, context) = (self.pool.clone(), Context::current());
        let (mut sink, rows) = stream::channel(chunk, self.patience);
        actix_web::rt::spawn(async move {
            let failed = sink.failures();
            let work =
                move || on_slot(&pool, place, move |connection| job(connection, &mut sink).and_then(|()| sink.flush()));
            if let Err(error) = blocking(move || Context::enter(context, work)).await.and_then(|done| done) {
                failed.tell(error).await;
            }
        });
        Ok(rows)
    }

    /// A place in the queue for connections.
    async fn place(&self) -> Result<OwnedSemaphorePermit> {
        // Nobody waits while a place is free, and a clock need not be set.
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let place = self.places.clone().acquire_owned();
        match tokio::time::timeout(self.wait, place).await {
            Ok(place) => place.map_err(|_| Error::Busy),
            Err(_) => Err(Error::Busy),
        }
    }
}

fn on_slot<T>(pool: &Pool, place: OwnedSemaphorePermit, job: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let mut slot = pool.get().map_err(|error| Error::Unreachable(error.to_string()))?;
    let done = job(&mut slot.connection);
    if matches!(&done, Err(Error::Database(_) | Error::Unreachable(_))) {
        slot.examine();
    }
    // The connection is free before its place is, so that the next in the queue finds one.
    drop(slot);
    drop(place);
    done
}

/// The only way to the blocking pool; a panic there comes back as an error.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let done = actix_web::web::block(work).await;
    done.map_err(|_| Error::Panicked("a database job panicked".to_owned()))
}
