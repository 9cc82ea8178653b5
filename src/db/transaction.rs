//! Transactions: [`Conn::atomic`], and [`Conn::after_commit`] for work that waits for the commit.
//!
//! A connection is an enum that Diesel derives, so it has no room for the callbacks. The thread keeps
//! them: [`Conn::atomic`] borrows its connection until it returns, so the address of
//! the connection identifies it for that time.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use diesel::connection::{AnsiTransactionManager, TransactionManager};

use super::connection::Conn;
use super::pulse;
use super::raised;
use crate::error::{Error, Result};

/// A function that runs after the commit.
type Callback = Box<dyn FnOnce(&mut Conn) -> Result<()>>;

thread_local! {
    /// The transactions and savepoints that are open on this thread, the innermost last.
    static OPEN: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// A call of [`Conn::atomic`] that has not returned yet.
struct Block {
    /// The address of its connection.
    conn: usize,
    callbacks: Vec<Callback>,
}

/// Removes the [`Block`] when `atomic` returns, also if its work panics.
struct Pending {
    conn: usize,
}

impl Pending {
    /// Begins to collect the callbacks of a transaction or savepoint on `conn`.
    fn begin(conn: &Conn) -> Self {
        let conn = address(conn);
        OPEN.with_borrow_mut(|open| {
            open.push(Block {
                conn,
                callbacks: Vec::new(),
            });
        });
        Self { conn }
    }

    /// Ends a transaction or savepoint that succeeded. Returns the callbacks that are due now: those of
    /// a savepoint wait for the commit of the transaction.
    fn committed(self) -> Due {
        let callbacks = OPEN.with_borrow_mut(|open| {
            let callbacks = open
                .last_mut()
                .map(|block| std::mem::take(&mut block.callbacks))
                .unwrap_or_default();
            let outer = open.iter_mut().rev().skip(1);
            match outer.into_iter().find(|block| block.conn == self.conn) {
                Some(outer) => {
                    outer.callbacks.extend(callbacks);
                    Vec::new()
                }
                None => callbacks,
            }
        });
        Due(callbacks)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // The callbacks of a transaction that was rolled back are dropped, after the borrow has ended.
        let block = OPEN.with_borrow_mut(Vec::pop);
        drop(block);
    }
}

/// Callbacks whose transaction is committed.
#[must_use]
struct Due(Vec<Callback>);

impl Due {
    fn run(self, conn: &mut Conn) {
        for callback in self.0 {
            run(conn, callback);
        }
    }
}

/// Runs `callback`, and logs its failure: the data are committed, so the request has succeeded.
fn run(conn: &mut Conn, callback: Callback) {
    match catch_unwind(AssertUnwindSafe(|| callback(conn))) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            log::error!(target: "nuages.db", "work after a commit failed: {error}");
        }
        Err(_) => {
            log::error!(target: "nuages.db", "work after a commit panicked");
            roll_back(conn);
        }
    }
}

/// Rolls back what a callback that panicked has left open.
fn roll_back(conn: &mut Conn) {
    type Manager = <Conn as diesel::Connection>::TransactionManager;
    while depth(conn).is_ok_and(|depth| depth > 0) {
        if let Err(error) = Manager::rollback_transaction(conn) {
            log::error!(target: "nuages.sql", "rollback failed: {error}");
            return;
        }
    }
}

/// Returns the number of transactions and savepoints that are open on `conn`.
fn depth(conn: &mut Conn) -> Result<usize> {
    type Manager = <Conn as diesel::Connection>::TransactionManager;
    let depth = Manager::transaction_manager_status_mut(conn).transaction_depth()?;
    Ok(depth.map_or(0, |depth| depth.get() as usize))
}

fn address(conn: &Conn) -> usize {
    std::ptr::from_ref(conn).addr()
}

impl Conn {
    /// Runs `work` in a transaction: commits if it returns `Ok`, rolls back if it returns `Err`.
    ///
    /// SQLite takes the write lock at once (`BEGIN IMMEDIATE`), so that a transaction that reads
    /// and then writes cannot fail in between. Inside another transaction this is a savepoint.
    pub fn atomic<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        type Manager = <Conn as diesel::Connection>::TransactionManager;
        let nested = Manager::transaction_manager_status_mut(self)
            .transaction_depth()?
            .is_some();
        match self {
            Self::Sqlite(inner) if !nested => {
                AnsiTransactionManager::begin_transaction_sql(inner, "BEGIN IMMEDIATE")?;
            }
            _ => Manager::begin_transaction(self)?,
        }
        let pending = Pending::begin(self);
        match work(self) {
            // The request was already answered with a 503, so the changes must not be committed.
            Ok(_) if !nested && pulse::is_given_up() => {
                Manager::rollback_transaction(self)?;
                Err(Error::StatementTimeout)
            }
            Ok(value) => {
                Manager::commit_transaction(self)?;
                pending.committed().run(self);
                Ok(value)
            }
            Err(error) => {
                match Manager::rollback_transaction(self) {
                    Ok(()) => {}
                    // The server rolls back the transaction of a closed connection.
                    Err(_) if matches!(error, Error::Unreachable(_)) => {
                        log::warn!(target: "nuages.db", "the connection was lost during a transaction, which is rolled back");
                    }
                    Err(rollback) => {
                        log::error!(target: "nuages.sql", "rollback failed: {rollback}");
                    }
                }
                Err(raised::recognised(self, error))
            }
        }
    }

    /// Runs `work` when the transaction is committed (Django's `transaction.on_commit`): for mail, and
    /// for everything else that must not happen if the transaction is rolled back.
    ///
    /// `work` runs after the outermost [`atomic`](Self::atomic) has committed, on the same connection and
    /// outside of any transaction. If the transaction, or the savepoint in which this was called, is
    /// rolled back, `work` is dropped. Outside of a transaction `work` runs at once. Several functions
    /// run in the order of the calls; the failure or panic of one is logged and stops neither the others
    /// nor the request (Django's `robust=True`).
    ///
    /// The answer to the visitor waits for `work`, so give slow work to a thread.
    ///
    /// ```
    /// use nuages::db::Conn;
    /// use nuages::error::Result;
    ///
    /// fn pay(conn: &mut Conn) -> Result<()> {
    ///     conn.atomic(|conn| {
    ///         // … write the payment …
    ///         conn.after_commit(|_| {
    ///             log::info!("paid");
    ///             Ok(())
    ///         })
    ///     })
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails inside a transaction that Diesel's `Connection::transaction` has opened, whose commit this
    /// cannot observe.
    pub fn after_commit(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<()> + 'static,
    ) -> Result<()> {
        let (own, depth) = (address(self), depth(self)?);
        let blocks = OPEN.with_borrow(|open| open.iter().filter(|block| block.conn == own).count());
        if blocks != depth {
            return Err(Error::command(
                "after_commit: this transaction was not opened by Conn::atomic or Db::atomic",
            ));
        }
        if depth == 0 {
            run(self, Box::new(work));
            return Ok(());
        }

        OPEN.with_borrow_mut(|open| {
            if let Some(block) = open.iter_mut().rfind(|block| block.conn == own) {
                block.callbacks.push(Box::new(work));
            }
        });
        Ok(())
    }
}
