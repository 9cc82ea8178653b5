//! Sends rows in chunks from a blocking thread to async code, with back-pressure.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::pulse;
use crate::error::{Error, Result};

/// Number of chunks that may wait between the thread that reads and the task that writes.
const WAITING: usize = 2;

/// Creates the two ends of a stream. Call it in async code.
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

/// Receives the rows of a job; see [`Db::stream`](super::Db::stream).
pub struct RowSink<T> {
    sender: mpsc::Sender<Result<Vec<T>>>,
    rows: Vec<T>,
    size: usize,
    patience: Duration,
    runtime: Handle,
}

/// Sends the error of a failed job to the stream.
pub(super) struct Failures<T>(mpsc::Sender<Result<Vec<T>>>);

impl<T> Failures<T> {
    pub(super) async fn tell(self, error: Error) {
        // Ignore a reader that is gone.
        let _ = self.0.send(Err(error)).await;
    }
}

impl<T> RowSink<T> {
    /// Sends a row. Blocks if the reader is slower; an error means that the reader is gone and the
    /// job should end.
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
        // The watchdog must not count this time, because the job waits for its reader, not for the
        // database.
        pulse::waiting_ends();
        // This is a thread of the blocking pool, which may block.
        let sent = self.runtime.block_on(sent);
        pulse::waiting_begins();
        sent.map_err(|_| Error::command("the reader of a row stream is gone or too slow"))
    }

    pub(super) fn failures(&self) -> Failures<T> {
        Failures(self.sender.clone())
    }
}

/// A stream of chunks of rows, in order; an error is the last item.
pub struct RowStream<T>(mpsc::Receiver<Result<Vec<T>>>);

impl<T> RowStream<T> {
    /// Returns the next chunk; `None` after the last one.
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

/// Loads a query row by row on either database, without holding the whole result in memory.
///
/// `each_row!(connection, query => Row, |row| sink.send(row))`: the body returns a `Result<()>`;
/// the first error ends the query.
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
