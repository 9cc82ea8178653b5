//! [`Apply`]: writes the changes of a checked import in one transaction.

use std::collections::HashMap;

use super::cancel::CancelNotice;
use super::changes::{self, StagedChange};
use super::check::{Outcome, Seen};
use super::plan::Plan;
use super::rows::{self, Import, state};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::models::{ManyToMany, Record, parse, reset_sequences};
use crate::records::history::{Delta, read_changes};
use crate::records::{self, Done, LinkChange, LoggedChange, RecordChange};
use crate::tasks::LongTransaction;

/// Number of rows that are written at once. Between two batches the import can be cancelled.
const BATCH: i64 = 500;

/// The reason why the transaction of an import is rolled back.
pub(super) enum Stopped {
    /// Another worker has finished the import, or the user has cancelled or deleted it.
    Ended,
    /// The user cancels the import, and waits for this transaction.
    Cancelled,
    /// The worker stops, or has lost the task.
    Interrupted,
    /// This many rows are wrong, although all were right before.
    Wrong(i64),
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// An import whose rows were checked and are written now.
pub(super) struct Apply<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) import: &'a Import,
    pub(super) writing: LongTransaction,
}

/// A row that is ready to be written.
struct ReadyRow {
    before: Option<Record>,
    after: Record,
    links: Vec<ReadyLinks>,
    labels: Vec<String>,
}

struct ReadyLinks {
    many: &'static ManyToMany,
    before: Vec<Value>,
    after: Vec<Value>,
}

/// The rows of a batch as they are now, locked, with their links by field and primary key.
struct Present {
    records: HashMap<String, Record>,
    links: HashMap<&'static str, HashMap<String, Vec<Value>>>,
}

impl Apply<'_> {
    /// Writes all changes. Call it in a transaction that is rolled back if this returns an error.
    pub(super) fn run(
        &mut self,
        conn: &mut Conn,
        new_rows: i64,
    ) -> std::result::Result<(), Stopped> {
        let (mut behind, mut wrong) = (0, 0);
        loop {
            self.go_on(conn)?;
            self.writing.step(conn, behind)?;
            let batch = changes::next(conn, self.import.id, behind, BATCH)?;
            let Some(last) = batch.last() else {
                break;
            };
            behind = last.number;
            wrong += self.write(conn, batch)?;
            if wrong > 0 && !self.import.is_partial {
                return Err(Stopped::Wrong(wrong));
            }
        }
        if new_rows > 0 && self.plan.key.primary_key {
            reset_sequences(conn, &[self.plan.registered.model])?;
        }

        // Fails if the user has cancelled the import meanwhile, or another worker has finished it.
        if rows::move_to(conn, self.import, &[state::RUNNING], state::DONE, "")? {
            Ok(())
        } else {
            Err(Stopped::Ended)
        }
    }

    /// Returns an error if the import should end now.
    fn go_on(&self, conn: &mut Conn) -> std::result::Result<(), Stopped> {
        if self.writing.should_end() {
            return Err(Stopped::Interrupted);
        }
        if CancelNotice::exists(self.plan.settings, self.import.id) {
            return Err(Stopped::Cancelled);
        }
        match rows::find(conn, self.import.id)? {
            Some(now) if now.is_same_run(self.import) => Ok(()),
            _ => Err(Stopped::Ended),
        }
    }

    /// Writes a batch with its entries in the log and the history. Returns the number of rows that have become wrong.
    fn write(&self, conn: &mut Conn, batch: Vec<StagedChange>) -> Result<i64> {
        let present = self.present(conn, &batch)?;
        let (mut ready, mut moved) = (Vec::new(), Vec::new());
        for staged in batch {
            match self.ready(&staged, &present) {
                Some(row) => ready.push(row),
                None => moved.push(staged.number),
            }
        }
        let wrong = self.check_again(conn, &moved, &mut ready)?;

        // Rows with the same words share the statements of the log.
        ready.sort_by(|one, other| {
            let order = |row: &ReadyRow| row.before.is_some();
            order(one)
                .cmp(&order(other))
                .then_with(|| one.labels.cmp(&other.labels))
        });
        let plan = self.plan;
        records::atomic(conn, plan.actor, plan.settings, |conn, writer| {
            let rows = ready.iter().map(ReadyRow::logged).collect();
            writer.save_all(conn, plan.registered.policy(), rows)
        })?;
        Ok(wrong)
    }

    /// Loads and locks the rows that change.
    fn present(&self, conn: &mut Conn, batch: &[StagedChange]) -> Result<Present> {
        let registered = self.plan.registered;
        let pk = registered.model.pk().target();
        let changed = batch.iter().filter(|staged| !staged.is_new());
        let pks: Vec<Value> = changed
            .filter_map(|staged| parse(pk, &staged.object_id))
            .collect();
        let mut present = Present {
            records: HashMap::new(),
            links: HashMap::new(),
        };
        if pks.is_empty() {
            return Ok(present);
        }

        let rows = self.plan.actor.queryset(registered).order_by(Vec::new());
        for record in rows.with_pks(pks.clone()).locked(conn)? {
            present.records.insert(record.pk().text(), record);
        }
        for many in self.plan.many() {
            let of_field = many.linked_by_row(conn, registered.model, &pks)?;
            present.links.insert(many.name, of_field);
        }
        Ok(present)
    }

    /// Returns the row as it will be; `None` if the present row is not the one that was checked.
    fn ready(&self, staged: &StagedChange, present: &Present) -> Option<ReadyRow> {
        let registered = self.plan.registered;
        let (action, before) = if staged.is_new() {
            (1, None)
        } else {
            (2, Some(present.records.get(&staged.object_id)?.clone()))
        };
        let policy = registered.policy();
        if let Some(record) = &before
            && !policy.may(&self.plan.actor.permissions, "change", Some(record))
        {
            return None;
        }

        let new = || Record::new(registered.model);
        let mut after = before.clone().unwrap_or_else(new);
        let mut links = Vec::new();
        for field_delta in read_changes(registered.model, action, &staged.changes) {
            match field_delta.delta? {
                Delta::Column(field, None, Some(value)) => after.set_value(field, value),
                Delta::Column(field, Some(old), Some(value)) => {
                    if *after.value(field) != old {
                        return None;
                    }
                    after.set_value(field, value);
                }
                // A new row has the default of a secret column.
                Delta::Hidden(field) if field.secret && before.is_none() => {}
                Delta::Many(many, removed, added) => {
                    let now = present.links.get(many.name);
                    let now = now.and_then(|of_field| of_field.get(&staged.object_id));
                    let now = now.cloned().unwrap_or_default();
                    links.push(ReadyLinks::new(many, now, &removed, added)?);
                }
                _ => return None,
            }
        }
        Some(ReadyRow {
            before,
            after,
            links,
            labels: serde_json::from_str(&staged.labels).unwrap_or_default(),
        })
    }

    /// Checks rows once more that others have changed meanwhile. Adds those that are right to `ready`, and returns the number
    /// of the others.
    fn check_again(
        &self,
        conn: &mut Conn,
        numbers: &[i64],
        ready: &mut Vec<ReadyRow>,
    ) -> Result<i64> {
        if numbers.is_empty() {
            return Ok(0);
        }
        let rows = rows::with_numbers(conn, self.import.id, numbers)?;
        let checked = self.plan.check(conn, rows, &mut Seen::default(), true)?;
        let mut wrong = 0;
        for row in checked {
            match (row.outcome, &row.form) {
                (Outcome::New | Outcome::Changed, Some(form)) => {
                    let labels = self.plan.labels(form);
                    ready.push(ReadyRow::new(RecordChange::from_form(form), labels));
                }
                (Outcome::Unchanged, _) => {}
                _ => wrong += 1,
            }
        }
        Ok(wrong)
    }
}

impl ReadyRow {
    fn new(change: RecordChange<'_>, labels: Vec<String>) -> Self {
        let links = change.links.into_iter();
        Self {
            before: change.before.cloned(),
            after: change.after,
            links: links
                .map(|links| ReadyLinks {
                    many: links.field,
                    before: links.before.to_vec(),
                    after: links.after.to_vec(),
                })
                .collect(),
            labels,
        }
    }

    fn logged(&self) -> LoggedChange<'_> {
        let links = self.links.iter().map(|links| LinkChange {
            field: links.many,
            before: &links.before,
            after: &links.after,
        });
        LoggedChange {
            change: RecordChange {
                before: self.before.as_ref(),
                after: self.after.clone(),
                links: links.collect(),
            },
            done: match self.before {
                None => Done::Added,
                Some(_) => Done::Changed(self.labels.clone()),
            },
        }
    }
}

impl ReadyLinks {
    /// Returns the links after the change; `None` if others have changed the same links meanwhile.
    fn new(
        many: &'static ManyToMany,
        before: Vec<Value>,
        removed: &[Value],
        added: Vec<Value>,
    ) -> Option<Self> {
        let is_as_checked = removed.iter().all(|key| before.contains(key))
            && !added.iter().any(|key| before.contains(key));
        if !is_as_checked {
            return None;
        }
        let kept = before.iter().filter(|key| !removed.contains(key)).cloned();
        let after = kept.chain(added).collect();
        Some(Self {
            many,
            before,
            after,
        })
    }
}
