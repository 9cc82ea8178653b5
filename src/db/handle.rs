//! [`Db`]: the handle through which views use the database.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;

use super::connection::Conn;
use super::pool::{self, Connections, Lease};
use super::queue::{Place, Queue};
use super::router::{DEFAULT_DATABASE, Router};
use super::stream::{self, RowSink, RowStream};
use super::worker::{Asker, Job, locked};
use crate::error::{Error, Result};
use crate::logging::Context;
use crate::settings::{DatabaseUrl, Settings};

/// Time in addition to `STATEMENT_TIMEOUT` in which PostgreSQL must report that it cancelled a
/// statement.
const MARGIN: Duration = Duration::from_secs(2);
/// Time that a caller with a shared resource waits for another writer of an SQLite database.
const MOMENT: Duration = Duration::from_millis(100);

/// A handle to the database; cloning it is cheap.
///
/// Requests wait in a queue, never on a thread: the queue runs as many jobs as there are
/// connections, and a request that does not get a connection within `CONN_WAIT_TIMEOUT` is answered
/// with [`Error::Busy`], a 503.
///
/// SQLite has one writer at a time. So on SQLite jobs that write wait in their own queue with one
/// connection, and the connections of [`run`](Self::run) refuse to write. On PostgreSQL there is
/// one queue for all jobs.
#[derive(Clone)]
pub struct Db {
    reading: Lane,
    writing: Lane,
    wait: Duration,
    patience: Duration,
    /// The databases with a name, and their router.
    named: Arc<Named>,
}

struct Named {
    lanes: BTreeMap<String, Lanes>,
    router: Router,
}

/// The queues of one database.
#[derive(Clone)]
struct Lanes {
    reading: Lane,
    writing: Lane,
}

/// A queue and its connections.
#[derive(Clone)]
struct Lane {
    queue: Queue,
    connections: Arc<Connections>,
}

impl Lane {
    fn new(settings: &Settings, places: u32, read_only: bool) -> Self {
        Self {
            queue: Queue::new(places as usize),
            connections: Arc::new(Connections::new(settings, places, read_only)),
        }
    }
}

impl Lanes {
    /// Creates the queues for the database of `settings`. A connection is opened when a job needs
    /// it.
    fn open(settings: &Settings) -> Self {
        let places = settings.conn_pool_size;
        let (reading, writing) = match &settings.database_url {
            DatabaseUrl::Sqlite(_) => (
                Lane::new(settings, places, true),
                Lane::new(settings, 1, false),
            ),
            DatabaseUrl::Postgres(_) => {
                let lane = Lane::new(settings, places, false);
                if !settings.statement_timeout.is_zero() {
                    lane.queue.watch(settings.statement_timeout + MARGIN);
                }
                (lane.clone(), lane)
            }
        };
        Self { reading, writing }
    }
}

impl Db {
    /// Opens the databases of `settings`, with one connection to check that the default one can be
    /// reached. Another one that cannot be reached is only reported: a copy for reports may be down.
    pub fn open(settings: &Settings) -> Result<Self> {
        Self::open_routed(settings, Router::new())
    }

    /// Opens the databases of `settings`; `router` chooses between them.
    pub fn open_routed(settings: &Settings, router: Router) -> Result<Self> {
        pool::try_to_connect(settings)?;
        let default = Lanes::open(settings);
        let mut lanes = BTreeMap::new();
        for name in settings.databases.keys() {
            let settings = settings
                .using(name)
                .map_err(|error| Error::command(error.to_string()))?;
            if let Err(error) = pool::try_to_connect(&settings) {
                log::warn!(target: "nuages.db", "the database {name} cannot be reached: {error}");
            }
            lanes.insert(name.clone(), Lanes::open(&settings));
        }
        lanes.insert(DEFAULT_DATABASE.to_owned(), default.clone());
        Ok(Self {
            reading: default.reading,
            writing: default.writing,
            wait: settings.conn_wait_timeout,
            patience: settings.stream_timeout,
            named: Arc::new(Named { lanes, router }),
        })
    }

    /// Returns the database with this name: `reports` is that of `DATABASE_URL_REPORTS`, and
    /// `default` that of `DATABASE_URL`.
    ///
    /// A transaction is in one database. Rows that were just written to another one, of which this
    /// one is a copy, may be missing still.
    pub fn using(&self, name: &str) -> Result<Self> {
        let Some(Lanes { reading, writing }) = self.named.lanes.get(name).cloned() else {
            return Err(Error::command(format!(
                "there is no database {name}: set DATABASE_URL_{}",
                name.to_uppercase()
            )));
        };
        Ok(Self {
            reading,
            writing,
            ..self.clone()
        })
    }

    /// Returns the router between the databases.
    pub fn router(&self) -> &Router {
        &self.named.router
    }

    /// Runs `job`, which only reads, on the blocking pool with a connection. Each statement runs in
    /// its own transaction.
    ///
    /// A job that writes fails with [`Error::WriteOutsideAtomic`] on SQLite: use
    /// [`atomic`](Self::atomic) or [`write`](Self::write).
    pub async fn run<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run_within(self.wait, &self.reading, job).await
    }

    /// Runs `job` on the blocking pool in one transaction; see [`Conn::atomic`].
    pub async fn atomic<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.write(move |connection| connection.atomic(job)).await
    }

    /// Runs `job` on the blocking pool with a connection that may write. Each statement runs in its
    /// own transaction, unless `job` calls [`Conn::atomic`].
    pub async fn write<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.run_within(self.wait, &self.writing, job).await
    }

    /// Like [`atomic`](Self::atomic), but returns `None` if `job` would wait longer than a moment
    /// for another writer of an SQLite database. For callers that hold a shared resource.
    pub async fn atomic_if_soon<T, F>(&self, job: F) -> Result<Option<T>>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        if !self.has_one_writer() {
            return self.atomic(job).await.map(Some);
        }
        let work = move |conn: &mut Conn| conn.waiting_at_most(MOMENT, |conn| conn.atomic(job));
        match self.run_within(MOMENT, &self.writing, work).await {
            Ok(value) => Ok(Some(value)),
            Err(Error::Busy) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Waits until an SQLite database can be written to, and fails with [`Error::Busy`] after five
    /// seconds. Returns at once on PostgreSQL.
    pub async fn wait_for_writer(&self) -> Result<()> {
        if !self.has_one_writer() {
            return Ok(());
        }
        let turn = self.atomic(|_| Ok(()));
        tokio::time::timeout(pool::LOCK_TIMEOUT, turn)
            .await
            .unwrap_or(Err(Error::Busy))
    }

    /// Whether only one connection can write at a time, as on SQLite.
    fn has_one_writer(&self) -> bool {
        self.reading.connections.is_read_only()
    }

    /// Like [`write`](Self::write), but fails with [`Error::Busy`] at once if `job` would wait for
    /// another job.
    pub async fn write_if_free<T, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        match self.writing.enter(job, || (), answer) {
            Place::Started => answered.await.map_err(|_| lost())?,
            Place::Waiting(_) => Err(Error::Busy),
        }
    }

    /// Runs `job` on the blocking pool. The rows that it sends to its [`RowSink`] arrive in the
    /// stream in chunks of `chunk` rows (Django's `async for`).
    ///
    /// At most three chunks are in memory. If the reader is slow, the job waits. If the reader is
    /// gone, or takes nothing for `STREAM_TIMEOUT`, the job ends, because it holds a connection
    /// that others need. See [`each_row!`](crate::each_row) for loading a query row by row.
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
        let place = self.reading.enter(work, begin, answer);
        Self::wait_for(self.wait, place, started).await?;
        actix_web::rt::spawn(async move {
            if let Err(error) = answered.await.unwrap_or_else(|_| Err(lost())) {
                failed.tell(error).await;
            }
        });
        Ok(rows)
    }

    /// Runs `job` on a connection of `lane` if one becomes free within `wait`.
    async fn run_within<T, F>(&self, wait: Duration, lane: &Lane, job: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let place = lane.enter(job, || (), answer);
        Self::wait_for(wait, place, answered).await?
    }

    /// Returns the result of the job at this place of the queue if it starts within `wait`, else
    /// [`Error::Busy`].
    async fn wait_for<T>(
        wait: Duration,
        place: Place,
        mut answer: oneshot::Receiver<T>,
    ) -> Result<T> {
        if let Place::Waiting(waiting) = place {
            match tokio::time::timeout(wait, &mut answer).await {
                Ok(answer) => return answer.map_err(|_| lost()),
                Err(_) if waiting.leave() => return Err(Error::Busy),
                Err(_) => {}
            }
        }
        answer.await.map_err(|_| lost())
    }
}

impl Lane {
    /// Puts `job` into the queue. Calls `begin` when the job starts, and `answer` with its result.
    fn enter<T, F>(
        &self,
        job: F,
        begin: impl FnOnce() + Send + 'static,
        answer: oneshot::Sender<Result<T>>,
    ) -> Place
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (connections, context) = (Arc::clone(&self.connections), Context::current());
        let answer = Arc::new(Answer {
            sender: Mutex::new(Some(answer)),
            lease: Lease::default(),
        });
        let asker = Arc::clone(&answer);

        let work = move || {
            begin();
            let work = || catch_unwind(AssertUnwindSafe(|| connections.run(&answer.lease, job)));
            let done = Context::enter(context, work).unwrap_or_else(|_| {
                // The panic has already closed the connection.
                answer.lease.end(None);
                Err(Error::Panicked("a database job panicked".to_owned()))
            });
            answer.send(if connections.is_read_only() {
                done.map_err(Error::of_reader)
            } else {
                done
            });
        };
        self.queue.enter(Job {
            work: Box::new(work),
            asker,
        })
    }
}

/// The channel to the request that waits for a job, and the connection that the job uses. The job
/// and the watchdog share it; whichever is first sends the result.
struct Answer<T> {
    sender: Mutex<Option<oneshot::Sender<Result<T>>>>,
    lease: Lease,
}

impl<T> Answer<T> {
    fn send(&self, answer: Result<T>) {
        if let Some(sender) = locked(&self.sender).take() {
            // The request may have ended meanwhile, so a failure to send is ignored.
            let _ = sender.send(answer);
        }
    }
}

impl<T: Send> Asker for Answer<T> {
    fn give_up(&self, is_replaced: bool) {
        if is_replaced {
            self.lease.end(None);
        }
        self.send(Err(Error::Unreachable(
            "it did not answer a statement in time".to_owned(),
        )));
    }
}

/// Returns the error for a job that is dropped because the server stops.
fn lost() -> Error {
    Error::Unreachable("the job was given up".to_owned())
}
