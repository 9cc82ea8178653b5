//! [`TaskContext`]: what a running task may use.

use std::sync::atomic::Ordering;
use std::time::Instant;

use super::long_transaction::LongTransaction;
use super::rows::{self, Claimed};
use super::signals::{REPORT_EVERY, Signals};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::settings::Settings;

/// A running task: its connection, its settings and its attempt.
pub struct TaskContext<'a> {
    /// The settings of the site.
    pub settings: &'a Settings,
    /// The primary key of the task.
    pub id: i64,
    /// The number of this attempt; the first one is 1.
    pub attempt: i32,
    pub(super) conn: Conn,
    pub(super) worker: &'a str,
    pub(super) claimed: Claimed,
    pub(super) signals: Signals,
    pub(super) was_interrupted: bool,
    pub(super) is_final: bool,
    reported: Option<Instant>,
    /// The text of the last report that was written.
    reported_text: String,
}

impl<'a> TaskContext<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        conn: Conn,
        worker: &'a str,
        claimed: Claimed,
        signals: Signals,
    ) -> Self {
        Self {
            settings,
            id: claimed.id,
            attempt: claimed.attempt,
            conn,
            worker,
            claimed,
            signals,
            was_interrupted: false,
            is_final: false,
            reported: None,
            reported_text: String::new(),
        }
    }

    /// Returns the connection of the task, which has no time limit. Nothing is in a transaction unless the task calls
    /// [`Conn::atomic`].
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Reports that `done` of `total` rows or steps are done, and what the task is doing now; `/admin/tasks/` shows this.
    /// Call this as often as you like, outside of transactions: at most three reports a second with the same text are written.
    ///
    /// # Errors
    ///
    /// As [`go_on`](Self::go_on).
    pub fn progress(&mut self, done: i64, total: i64, text: &str) -> Result<()> {
        self.go_on()?;
        let is_due = self
            .reported
            .is_none_or(|reported| reported.elapsed() >= REPORT_EVERY);
        if !(is_due || done == total || self.reported_text != text) {
            return Ok(());
        }

        self.reported = Some(Instant::now());
        text.clone_into(&mut self.reported_text);
        let is_held = rows::progress(
            &mut self.conn,
            self.worker,
            &self.claimed,
            done,
            total,
            text,
        )?;
        if !is_held {
            self.signals.is_lost.store(true, Ordering::Relaxed);
        }
        self.go_on()
    }

    /// Returns an error if the task should end now: the worker stops, another worker has taken the task over, or somebody
    /// has deleted the task. A long task calls this between its steps and passes the error on with `?`; after a stop the
    /// task is run again by another worker.
    pub fn go_on(&mut self) -> Result<()> {
        if !self.signals.should_end() {
            return Ok(());
        }
        let is_lost = self.signals.is_lost.load(Ordering::Relaxed);
        self.was_interrupted = true;
        Err(Error::command(if is_lost {
            "the task was deleted, or another worker has taken it over"
        } else {
            "the worker stops"
        }))
    }

    /// Begins the work of one transaction, which changes `total` rows; `title` is the work for people who wait for it: "an
    /// import of products". Keep the returned value until the transaction has ended.
    pub(crate) fn long_transaction(&self, title: String, total: i64) -> LongTransaction {
        let (worker, claimed) = (self.worker, &self.claimed);
        LongTransaction::new(self.settings, worker, claimed, &self.signals, title, total)
    }

    /// Declares that another attempt would fail as well: if this attempt fails, the task is not run again.
    pub fn do_not_retry(&mut self) {
        self.is_final = true;
    }
}
