//! [`Writer`]: saves and deletes rows as a user, stores files and writes the history, in one transaction.

use super::{Actor, Done, Flag, LogEntry, Policy, RecordChange, change_message};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::uploads::{Stored, Upload};
use crate::models::{Collector, Deleted, Field, Meta, Query, Record};
use crate::settings::Settings;

/// Writes rows of any model as a user. Get one from [`atomic`].
#[derive(Debug)]
pub struct Writer<'a> {
    actor: &'a Actor,
    settings: &'a Settings,
    /// Files that are removed unless the transaction is committed.
    files: Vec<Stored>,
    /// Entries of the history, to be written at the end of the transaction.
    entries: Vec<PendingEntry>,
}

/// Rows about which the history says the same.
#[derive(Debug)]
struct PendingEntry {
    model: &'static Meta,
    flag: Flag,
    message: String,
    /// Primary keys and names.
    rows: Vec<(Value, String)>,
}

/// Runs `work` in one transaction as `actor`. If `work` returns `Ok`, the history entries are written, the transaction is
/// committed and the stored files are kept. Otherwise nothing remains.
pub fn atomic<T>(
    conn: &mut Conn,
    actor: &Actor,
    settings: &Settings,
    work: impl FnOnce(&mut Conn, &mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    let mut writer = Writer {
        actor,
        settings,
        files: Vec::new(),
        entries: Vec::new(),
    };

    let result = conn.atomic(|conn| {
        let result = work(conn, &mut writer)?;
        writer.write_entries(conn)?;
        Ok(result)
    })?;

    writer.files.into_iter().for_each(Stored::keep);
    Ok(result)
}

impl Writer<'_> {
    /// The user who writes.
    pub fn actor(&self) -> &Actor {
        self.actor
    }

    /// The settings of the site.
    pub fn settings(&self) -> &Settings {
        self.settings
    }

    /// Saves a row: sets the `auto_now` columns, calls `save_model`, writes a new row or the columns that differ, and then
    /// the links that differ. Returns the row that was written.
    ///
    /// It neither checks permissions nor values, and writes no history: see [`Policy::may`], [`Policy::check`] and
    /// [`log`](Self::log).
    pub fn save(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        change: RecordChange<'_>,
    ) -> Result<Record> {
        let (mut record, adding) = (change.after, change.before.is_none());

        let stamped = record.stamp(adding, self.settings.time_zone);
        policy.before_save(conn, &mut record, adding, &self.actor.user)?;

        match change.before {
            Some(before) => record.update_differing(conn, before, stamped)?,
            None => record.insert(conn)?,
        }
        for links in &change.links {
            links
                .field
                .set(conn, record.pk(), links.before, links.after)?;
        }
        Ok(record)
    }

    /// Deletes `rows` with all dependent rows, and writes a history entry for each of `rows`.
    pub fn delete(&mut self, conn: &mut Conn, policy: Policy<'_>, rows: Query) -> Result<Deleted> {
        let user = &self.actor.user;
        Collector::new(rows).delete(conn, |conn, rows| {
            LogEntry::write(conn, user.id, policy.model, Flag::Deletion, rows, "")?;
            if !policy.has_delete_hook() {
                return Ok(());
            }

            let pks = rows.iter().map(|(pk, _)| pk.clone()).collect();
            let records = Query::new(policy.model).with_pks(pks);
            for record in records.records(conn, None, 0)? {
                policy.before_delete(conn, &record, user)?;
            }
            Ok(())
        })
    }

    /// Deletes rows that were read before, as a part of the change of another row. The entry in the
    /// history of that row mentions them.
    pub fn delete_parts(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        records: &[&Record],
    ) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }

        for record in records {
            policy.before_delete(conn, record, &self.actor.user)?;
        }
        let pks = records.iter().map(|record| record.pk().clone()).collect();
        let rows = Query::new(policy.model).with_pks(pks);
        Collector::new(rows).delete(conn, |_, _| Ok(()))?;
        Ok(())
    }

    /// Stores an uploaded file. Returns its path, which is the value for the column.
    pub fn store_upload(&mut self, upload: &Upload) -> Result<Value> {
        let stored = upload.store(self.settings)?;
        Ok(self.keep_later(stored))
    }

    /// Copies the file at `path` to a separate path for `field`. Returns `None` if the file cannot
    /// be read.
    pub fn copy_file(&mut self, path: &str, field: &Field) -> Result<Option<Value>> {
        let copy = Stored::copy_of(path, field, self.settings)?;
        Ok(copy.map(|stored| self.keep_later(stored)))
    }

    fn keep_later(&mut self, stored: Stored) -> Value {
        let path = stored.name().to_owned().into();
        self.files.push(stored);
        path
    }

    /// Adds an entry to the history of a row with the display name `name`. Entries are written at
    /// the end of the transaction. Consecutive rows with the same text share a statement.
    pub fn log(&mut self, record: &Record, name: String, flag: Flag, done: &[Done]) {
        self.log_row(record.model, (record.pk().clone(), name), flag, done);
    }

    /// Like [`log`](Self::log), for a row that was not written through this writer: its primary key
    /// and display name.
    pub fn log_row(
        &mut self,
        model: &'static Meta,
        row: (Value, String),
        flag: Flag,
        done: &[Done],
    ) {
        let message = change_message(done);

        match self.entries.last_mut() {
            Some(last) if last.model == model && last.flag == flag && last.message == message => {
                last.rows.push(row);
            }
            _ => self.entries.push(PendingEntry {
                model,
                flag,
                message,
                rows: vec![row],
            }),
        }
    }

    fn write_entries(&mut self, conn: &mut Conn) -> Result<()> {
        let user = self.actor.user.id;
        for entry in self.entries.drain(..) {
            LogEntry::write(
                conn,
                user,
                entry.model,
                entry.flag,
                &entry.rows,
                &entry.message,
            )?;
        }
        Ok(())
    }
}
