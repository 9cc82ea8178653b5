//! [`Db`]: what views hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::sync::oneshot;

use super::connection::Conn;
use super::pool::{self, Pool};
use super::queue::{Place, Queue};
use super::stream::{self, RowSink, RowStream};
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::Settings;

/// A handle on the database; cloning it is cheap.
///
/// Waiting happens in a queue, never on a thread: there are as many places as connections, and who gets none in
/// `CONN_WAIT_TIMEOUT` is answered with [`Error::Busy`], a 503.
#[derive(Clone)]
pub struct Db {
    pool: Pool,
    queue: Queue,
    wait: Duration,
    patience: Duration,
}

impl Db {
    /// Opens the database that `settings` name, and one connection to see that it can be reached.
    pub fn open(settings: &Settings) -> Result<Self> {
        Ok(Self {
            pool: pool::open(settings)?,
            queue: Queue::new(settings.conn_pool_size),
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
        let (answer, answered) = oneshot::channel();
        let place = self.enter(job, || (), answer);
        self.wait_for(place, answered).await?
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
        let (mut sink, rows) = stream::channel(chunk, self.patience);
        let failed = sink.failures();
        let (start, started) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        let begin = move || {
            let _ = start.send(());
        };
        let work = move |conn: &mut Conn| job(conn, &mut sink).and_then(|()| sink.flush());
        let place = self.enter(work, begin, answer);
        self.wait_for(place, started).await?;
        actix_web::rt::spawn(async move {
            if let Err(error) = answered.await.unwrap_or_else(|_| Err(lost())) {
                failed.tell(error).await;
            }
        });
        Ok(rows)
    }

    /// Puts `job` into the queue. When its turn has come `begin` is called, and then `answer` gets what it says; nobody may
    /// be there to hear it.
    fn enter<T, F>(&self, job: F, begin: impl FnOnce() + Send + 'static, answer: oneshot::Sender<Result<T>>) -> Place
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (pool, context) = (self.pool.clone(), Context::current());
        self.queue.enter(move || {
            begin();
            let work = || Context::enter(context, || on_slot(&pool, job));
            let panicked = |_| Err(Error::Panicked("a database job panicked".to_owned()));
            let _ = answer.send(catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panicked));
        })
    }

    /// What comes from the job that has this place: at once when its turn comes in time, else [`Error::Busy`].
    async fn wait_for<T>(&self, place: Place, mut answer: oneshot::Receiver<T>) -> Result<T> {
        if let Place::Waiting(waiting) = place {
            match tokio::time::timeout(self.wait, &mut answer).await {
                Ok(answer) => return answer.map_err(|_| lost()),
                Err(_) if waiting.leave() => return Err(Error::Busy),
                Err(_) => {}
            }
        }
        answer.await.map_err(|_| lost())
    }
}

/// The server stops, and its jobs with it.
fn lost() -> Error {
    Error::Unreachable("the job was given up".to_owned())
}

fn on_slot<T>(pool: &Pool, job: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    let mut slot = pool.get().map_err(|error| Error::Unreachable(error.to_string()))?;
    let done = job(&mut slot.connection);
    if matches!(&done, Err(Error::Database(_) | Error::Unreachable(_))) {
        slot.examine();
    }
    done
}
