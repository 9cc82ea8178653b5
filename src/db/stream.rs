//! Rows on their way from a blocking thread to async code, in chunks, with back-pressure.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::pulse;
use crate::error::{Error, Result};

/// Chunks that may wait between the thread that reads and the task that writes.
const WAITING: usize = 2;

/// The ends of a stream; to be called in async code.
pub(super) fn channel<T>(chunk: usize, patience: Duration) -> (RowSink<T>, RowStream<T>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let size = chunk.max(1);
    let sink = RowSink {
        sender,
        rows: Vec::with_capacity(size),
        size,
        patience,
        runtime: Handle::current(),
    };
    (sink, RowStream(receiver))
}

/// Where a job puts its rows; see [`Db::stream`](super::Db::stream).
pub struct RowSink<T> {
    sender: mpsc::Sender<Result<Vec<T>>>,
    rows: Vec<T>,
    size: usize,
    patience: Duration,
    runtime: Handle,
}

/// The other end of a job that failed.
pub(super) struct Failures<T>(mpsc::Sender<Result<Vec<T>>>);

impl<T> Failures<T> {
    pub(super) async fn tell(self, error: Error) {
        // Nobody left to hear it is no failure.
        let _ = self.0.send(Err(error)).await;
    }
}

impl<T> RowSink<T> {
    /// Hands a row over. Blocks while the reader is behind; an error says that it is gone, and the job should end.
    pub fn send(&mut self, row: T) -> Result<()> {
        self.rows.push(row);
        if self.rows.len() < self.size {
            Ok(())
        } else {
            self.flush()
        }
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.rows, Vec::with_capacity(self.size));
        let sent = self.sender.send_timeout(Ok(chunk), self.patience);
        // The watchdog must not count this time: the job waits for its reader, and not for the database.
        pulse::waiting_ends();
        // On a thread of the blocking pool, where waiting is what the thread is for.
        let sent = self.runtime.block_on(sent);
        pulse::waiting_begins();
        sent.map_err(|_| Error::command("the reader of a row stream is gone or too slow"))
    }

    pub(super) fn failures(&self) -> Failures<T> {
        Failures(self.sender.clone())
    }
}

/// Chunks of rows, in order; an error is the last item.
pub struct RowStream<T>(mpsc::Receiver<Result<Vec<T>>>);

impl<T> RowStream<T> {
    /// The next chunk; `None` when all rows were read.
    pub async fn next(&mut self) -> Option<Result<Vec<T>>> {
        self.0.recv().await
    }
}

impl<T> Stream for RowStream<T> {
    type Item = Result<Vec<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// Loads a query row by row on either database, without holding its result in memory.
///
/// `each_row!(connection, query => Row, |row| sink.send(row))`: the body gives a `Result<()>`; the first error ends it.
#[macro_export]
macro_rules! each_row {
    ($connection:expr, $query:expr => $row:ty, |$each:ident| $body:expr) => {{
        use diesel::connection::DefaultLoadingMode;
        use diesel::pg::PgRowByRowLoadingMode;
        match $connection {
            $crate::db::Conn::Sqlite(inner) => {
                for row in $query.load_iter::<$row, DefaultLoadingMode>(inner)? {
                    let $each = row?;
                    $body?;
                }
            }
            $crate::db::Conn::Postgres(inner) => {
                for row in $query.load_iter::<$row, PgRowByRowLoadingMode>(inner)? {
                    let $each = row?;
                    $body?;
                }
            }
        }
    }};
}
