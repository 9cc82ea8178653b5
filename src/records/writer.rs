//! [`Writer`]: saves and deletes rows as a user, stores files and writes the history, in one transaction.

use std::cell::RefCell;
use std::collections::HashMap;

use super::history::{Batch, DeletionRecorder, LoggedRow, PendingChange, Recorder, Root};
use super::save::{Observer, set_links};
use super::{
    Actor, Deleting, Done, Flag, LinkChange, LogEntry, Policy, RecordChange, Saving, change_message,
};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::ModelForm;
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
    /// Collects the values before and after each change.
    recorder: Recorder,
}

/// Rows about which the history says the same.
#[derive(Debug)]
struct PendingEntry {
    model: &'static Meta,
    flag: Flag,
    message: String,
    /// Primary keys and names.
    rows: Vec<(Value, String)>,
    /// The values of each row that changed.
    roots: Vec<Option<Root>>,
}

/// Runs `work` in one transaction as `actor`. If `work` returns `Ok`, the history entries are written, the transaction is
/// committed and the stored files are kept. Otherwise nothing remains.
pub fn atomic<T>(
    conn: &mut Conn,
    actor: &Actor,
    settings: &Settings,
    work: impl FnOnce(&mut Conn, &mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    write(conn, actor, settings, Recorder::new(actor.user.id), work)
}

/// Like [`atomic`], without keeping the values of the rows in the history. The forms of visitors use it: their rows may be in
/// another database.
pub(crate) fn atomic_unrecorded<T>(
    conn: &mut Conn,
    actor: &Actor,
    settings: &Settings,
    work: impl FnOnce(&mut Conn, &mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    write(conn, actor, settings, Recorder::off(), work)
}

fn write<T>(
    conn: &mut Conn,
    actor: &Actor,
    settings: &Settings,
    recorder: Recorder,
    work: impl FnOnce(&mut Conn, &mut Writer<'_>) -> Result<T>,
) -> Result<T> {
    let mut writer = Writer {
        actor,
        settings,
        files: Vec::new(),
        entries: Vec::new(),
        recorder,
    };

    let result = conn.atomic(|conn| {
        let result = work(conn, &mut writer)?;
        writer.write_entries(conn)?;
        writer.recorder.finish(conn)?;
        Ok(result)
    })?;

    writer.files.into_iter().for_each(Stored::keep);
    Ok(result)
}

/// Stores the files of a form that saves no row. Then the fields hold the paths of the files.
pub(crate) fn store_files(actor: &Actor, settings: &Settings, form: &mut ModelForm) -> Result<()> {
    let mut writer = Writer {
        actor,
        settings,
        files: Vec::new(),
        entries: Vec::new(),
        recorder: Recorder::off(),
    };
    writer.store_files(form, false)?;
    writer.files.into_iter().for_each(Stored::keep);
    Ok(())
}

impl<'a> Writer<'a> {
    /// The user who writes.
    pub fn actor(&self) -> &Actor {
        self.actor
    }

    /// The settings of the site.
    pub fn settings(&self) -> &Settings {
        self.settings
    }

    /// Saves a row: sets the `auto_now` columns, calls `save_model` and the receivers, writes a new row or the columns that
    /// differ, then the links that differ, and calls `save_related`. Returns the row that was written.
    ///
    /// It neither checks permissions nor values, and writes no history: see [`Policy::may`], [`Policy::check`] and
    /// [`log`](Self::log).
    pub fn save(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        change: RecordChange<'_>,
    ) -> Result<Record> {
        let saving = self.saving(change.before);
        let record = self.save_before_related(conn, policy, change)?;
        policy.save_related(conn, &record, &saving)?;
        Ok(record)
    }

    /// Saves a row as [`save`](Self::save) does, without `save_related`: call that one when the inline rows are saved.
    pub(crate) fn save_before_related(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        change: RecordChange<'_>,
    ) -> Result<Record> {
        let mut record = change.after;
        let saving = self.saving(change.before);
        let stamped = record.stamp(saving.created, self.settings.time_zone);
        policy.save_model(conn, &mut record, stamped, &self.actor.user, saving)?;
        set_links(conn, &record, &change.links, &saving)?;
        self.record(change.before, &record, &change.links);
        Ok(record)
    }

    /// Describes the saving of a row that was `before`, or of a new one.
    pub(crate) fn saving<'b>(&self, before: Option<&'b Record>) -> Saving<'b>
    where
        'a: 'b,
    {
        Saving {
            before,
            created: before.is_none(),
            user: Some(&self.actor.user),
            settings: self.settings,
        }
    }

    /// Adds a row that was written to the history.
    pub(super) fn record(
        &mut self,
        before: Option<&Record>,
        after: &Record,
        links: &[LinkChange<'_>],
    ) {
        if self.recorder.is_off() {
            return;
        }
        let Some(mut change) = PendingChange::new(before, Some(after)) else {
            return;
        };
        for link_change in links {
            let (removed, added) = (link_change.removed(), link_change.added());
            change.add_links(link_change.field, &removed, &added);
        }
        self.recorder.add(change);
    }

    /// Inserts a row that was deleted, as it was: its primary key is set, and no column is set to the current time.
    pub(crate) fn restore(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        mut record: Record,
        links: &[LinkChange<'_>],
    ) -> Result<Record> {
        let saving = self.saving(None);
        policy.save_model(conn, &mut record, Vec::new(), &self.actor.user, saving)?;
        set_links(conn, &record, links, &saving)?;
        policy.save_related(conn, &record, &saving)?;
        self.record(None, &record, links);
        Ok(record)
    }

    /// Makes everything that this transaction writes part of one batch, which can be undone at once.
    pub(crate) fn begin_batch(&mut self, batch: Batch) {
        self.recorder.set_batch(batch);
    }

    /// Adds the change of a secret column, whose values are never kept, to the history.
    pub(crate) fn record_secret(&mut self, model: &'static Meta, pk: Value, field: &str) {
        self.recorder.add_secret(model, pk, field);
    }

    /// Adds a row that was added without this writer to the history.
    pub(crate) fn record_added(
        &mut self,
        conn: &mut Conn,
        model: &'static Meta,
        pk: Value,
    ) -> Result<()> {
        if let Some(row) = Query::new(model).find(conn, pk)? {
            self.record(None, &row, &[]);
        }
        Ok(())
    }

    /// Deletes `rows` with all dependent rows, and writes a history entry for each of `rows`.
    pub fn delete(&mut self, conn: &mut Conn, policy: Policy<'_>, rows: Query) -> Result<Deleted> {
        let (user, deleting) = (&self.actor.user, self.deleting());
        let logged = RefCell::new(HashMap::new());
        let tell = |conn: &mut Conn, rows: &[(Value, String)]| {
            let ids = LogEntry::write(conn, user.id, policy.model, Flag::Deletion, rows, "")?;
            let named = rows.iter().zip(ids);
            logged.borrow_mut().extend(named.map(|((pk, name), id)| {
                let row = LoggedRow {
                    log_id: Some(id),
                    name: name.clone(),
                };
                (pk.to_string(), row)
            }));
            if !policy.has_delete_hook() {
                return Ok(());
            }

            let pks = rows.iter().map(|(pk, _)| pk.clone()).collect();
            let records = Query::new(policy.model).with_pks(pks);
            for record in records.records(conn, None, 0)? {
                policy.before_delete(conn, &record, &deleting)?;
            }
            Ok(())
        };
        let recorder = DeletionRecorder::logging(&mut self.recorder, &logged);
        let mut observer = Observer::new(deleting, Some(recorder));
        Collector::new(rows).delete_observed(conn, tell, &mut observer)
    }

    fn deleting(&self) -> Deleting<'a> {
        Deleting {
            user: Some(&self.actor.user),
            settings: self.settings,
        }
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
            policy.before_delete(conn, record, &self.deleting())?;
        }
        let pks = records.iter().map(|record| record.pk().clone()).collect();
        let rows = Query::new(policy.model).with_pks(pks);
        let deleting = self.deleting();
        let recorder = DeletionRecorder::new(&mut self.recorder);
        let observer = &mut Observer::new(deleting, Some(recorder));
        Collector::new(rows).delete_observed(conn, |_, _| Ok(()), observer)?;
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
        let root = self.recorder.take(model, &row.0, &row.1);

        match self.entries.last_mut() {
            Some(last) if last.model == model && last.flag == flag && last.message == message => {
                last.rows.push(row);
                last.roots.push(root);
            }
            _ => self.entries.push(PendingEntry {
                model,
                flag,
                message,
                rows: vec![row],
                roots: vec![root],
            }),
        }
    }

    fn write_entries(&mut self, conn: &mut Conn) -> Result<()> {
        let user = self.actor.user.id;
        for entry in self.entries.drain(..) {
            let ids = LogEntry::write(
                conn,
                user,
                entry.model,
                entry.flag,
                &entry.rows,
                &entry.message,
            )?;
            let roots = entry.roots.into_iter().zip(ids);
            let roots = roots.filter_map(|(root, id)| {
                Some(Root {
                    log_id: Some(id),
                    ..root?
                })
            });
            self.recorder.write(conn, roots.collect())?;
        }
        Ok(())
    }
}
