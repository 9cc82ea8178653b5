//! [`LongTransaction`]: the progress and the lease of a task that writes many rows in one transaction.
//!
//! Nobody sees what an open transaction has written. On PostgreSQL a second connection reports the progress, and the heartbeat
//! renews the lease. SQLite lets nobody else write meanwhile, so a file beside the database holds the progress, and the
//! transaction itself renews the lease: no other worker takes the task over when the transaction has ended.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use chrono::TimeDelta;

use super::rows::{self, Claimed};
use super::signals::{REPORT_EVERY, Signals};
use super::writer_notice::{WriterNotice, notice_path};
use crate::db::{Conn, Limits};
use crate::error::{Error, Result};
use crate::settings::{DatabaseUrl, Settings};

/// A task that writes many rows in one transaction.
pub(crate) struct LongTransaction {
    database_url: DatabaseUrl,
    worker: String,
    claimed: Claimed,
    lease: TimeDelta,
    signals: Signals,
    title: String,
    total: i64,
    reported: Option<Instant>,
    /// The second connection to PostgreSQL.
    reporter: Option<Conn>,
    notice: Option<PathBuf>,
}

impl LongTransaction {
    pub(super) fn new(
        settings: &Settings,
        worker: &str,
        claimed: &Claimed,
        signals: &Signals,
        title: String,
        total: i64,
    ) -> Self {
        Self {
            database_url: settings.database_url.clone(),
            worker: worker.to_owned(),
            claimed: claimed.clone(),
            lease: TimeDelta::from_std(settings.tasks.lease).unwrap_or(TimeDelta::minutes(1)),
            signals: signals.clone(),
            title,
            total,
            reported: None,
            reporter: None,
            notice: notice_path(&settings.database_url),
        }
    }

    /// Whether the worker stops, another worker has taken the task over, or somebody has deleted the task.
    pub(crate) fn should_end(&self) -> bool {
        self.signals.should_end()
    }

    /// Reports that `done` rows are written. Call this in the transaction, after every some hundred rows.
    ///
    /// # Errors
    ///
    /// If the task should end, or if `conn` cannot be used.
    pub(crate) fn step(&mut self, conn: &mut Conn, done: i64) -> Result<()> {
        if self.should_end() {
            return Err(Error::command("the task has to end"));
        }
        let reported = self.reported.as_ref();
        if reported.is_some_and(|reported| reported.elapsed() < REPORT_EVERY) {
            return Ok(());
        }
        self.reported = Some(Instant::now());

        if self.notice.is_some() {
            rows::renew(conn, &self.worker, &self.claimed, self.lease)?;
            self.post(done);
        } else if let Err(error) = self.report(done) {
            self.reporter = None;
            log::debug!(target: "nuages.tasks", "progress was not reported: {error}");
        }
        Ok(())
    }

    /// Writes the progress with the second connection.
    fn report(&mut self, done: i64) -> Result<()> {
        let reporter = match &mut self.reporter {
            Some(reporter) => reporter,
            none => none.insert(Conn::open(&self.database_url, Limits::NONE)?),
        };
        let (claimed, text) = (&self.claimed, "Writing rows");
        rows::progress(reporter, &self.worker, claimed, done, self.total, text).map(drop)
    }

    /// Writes the file.
    fn post(&self, done: i64) {
        let Some(path) = &self.notice else { return };
        let notice = WriterNotice {
            task: self.claimed.id,
            title: self.title.clone(),
            done,
            total: self.total,
        };
        if let Err(error) = notice.write(path) {
            log::debug!(target: "nuages.tasks", "{}: {error}", path.display());
        }
    }
}

impl Drop for LongTransaction {
    fn drop(&mut self) {
        if let Some(path) = &self.notice
            && let Err(error) = fs::remove_file(path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            log::debug!(target: "nuages.tasks", "{}: {error}", path.display());
        }
    }
}
