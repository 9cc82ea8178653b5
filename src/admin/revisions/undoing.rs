//! [`Undoing`]: gives the rows of a batch the values of before.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::plan::{Later, Plan, checked, label_of};
use crate::admin::change_form::VisibleFields;
use crate::admin::options::ChoiceLimits;
use crate::admin::{Actor, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::listed;
use crate::models::Record;
use crate::records::history::{Batch, HistoryEntry, StoredBatch};
use crate::records::{self, Writer};
use crate::settings::Settings;

/// Number of rows that are read at a time.
const CHUNK: i64 = 200;
/// The most rows whose later changes are named.
const NAMED: usize = 50;

/// The result of undoing a batch.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::admin) struct Undone {
    /// The number of rows that changed.
    pub(super) count: i64,
    /// The first rows that keep something: the name and the reason.
    kept: Vec<(String, String)>,
    kept_count: usize,
    /// The key of the batch that undoes this.
    pub(super) key: String,
}

impl Undone {
    fn keep(&mut self, name: String, reason: String) {
        self.kept_count += 1;
        if self.kept.len() < NAMED {
            self.kept.push((name, reason));
        }
    }

    /// Returns the sentence about rows that keep later values, with up to `limit` of them; "" if no row does.
    pub(super) fn kept_words(&self, limit: usize) -> String {
        if self.kept_count == 0 {
            return String::new();
        }
        let named = self.kept.iter().take(limit);
        let mut named: Vec<String> = named
            .map(|(name, reason)| format!("“{name}” ({reason})"))
            .collect();
        if self.kept_count > named.len() {
            named.push(format!("{} more", self.kept_count - named.len()));
        }
        format!("Later changes were kept: {}.", listed(&named, "and"))
    }
}

/// Undoes batches as a user.
pub(super) struct Undoing<'a> {
    pub(super) registered: &'static RegisteredModel,
    pub(super) actor: &'a Actor,
    pub(super) settings: &'a Settings,
}

/// The title of a batch that undoes another one begins with it.
const UNDO_OF: &str = "Undo of: ";

impl Undoing<'_> {
    /// Undoes a batch in one transaction. Returns `None` if it was undone before. `key` is the key of the batch that undoes
    /// this; `step` is called before each chunk of rows with the number of rows that are done; its error ends the undo, which then
    /// changes nothing.
    pub(super) fn run(
        &self,
        conn: &mut Conn,
        batch: &StoredBatch,
        key: Option<String>,
        step: &mut dyn FnMut(&mut Conn, i64) -> Result<()>,
    ) -> Result<Option<Undone>> {
        records::atomic(conn, self.actor, self.settings, |conn, writer| {
            if !batch.mark_undone(conn)? {
                return Ok(None);
            }
            let title = match batch.title.strip_prefix(UNDO_OF) {
                Some(first) => first.to_owned(),
                None => format!("{UNDO_OF}{}", batch.title),
            };
            let mut new = Batch::new(self.registered.model, title);
            if let Some(key) = key {
                new.key = key;
            }
            let mut undone = Undone {
                key: new.key.clone(),
                ..Undone::default()
            };
            writer.begin_batch(new);

            let (mut after, mut done) = (0, 0);
            loop {
                step(conn, done)?;
                done += CHUNK;
                let entries = HistoryEntry::of_batch(conn, &batch.key, after, CHUNK)?;
                let Some(last) = entries.last() else {
                    return Ok(Some(undone));
                };
                after = last.id;
                self.undo_some(conn, writer, &entries, &mut undone)?;
            }
        })
    }

    fn undo_some(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        entries: &[HistoryEntry],
        undone: &mut Undone,
    ) -> Result<()> {
        let pks: Vec<Value> = entries.iter().filter_map(HistoryEntry::pk).collect();
        let rows = self.actor.queryset(self.registered).with_pks(pks);
        let records = rows.order_by(Vec::new()).locked(conn)?;
        let by_key: HashMap<String, &Record> = records
            .iter()
            .map(|record| (record.pk().to_string(), record))
            .collect();
        let label = label_of(self.registered);

        let mut plans = Vec::new();
        for entry in entries {
            let record = by_key.get(&entry.object_id).copied();
            let record =
                record.filter(|record| self.actor.may(self.registered, "change", Some(record)));
            let Some(record) = record else {
                let reason = "it is not there any more, or you may not change it";
                undone.keep(entry.name.clone(), reason.to_owned());
                continue;
            };
            let fields =
                VisibleFields::new(self.registered, self.actor, self.settings, Some(record));
            let may_change = |name: &str| fields.may_change(name);
            let deltas = entry.deltas();
            let plan = Plan::new(conn, record.clone(), &deltas, &may_change, Later::Keep)?;
            if !plan.later.is_empty() {
                let names = plan.later.iter();
                let names: Vec<String> = names
                    .map(|name| label(name).unwrap_or_else(|| name.clone()))
                    .collect();
                undone.keep(entry.name.clone(), listed(&names, "and"));
            }
            if !plan.is_empty() {
                plans.push((plan, entry.name.clone(), fields.limits));
            }
        }
        self.write(conn, writer, plans, undone)
    }

    fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        plans: Vec<(Plan, String, ChoiceLimits)>,
        undone: &mut Undone,
    ) -> Result<()> {
        let (policy, zone) = (self.registered.policy(), self.settings.time_zone);
        let forms = plans
            .iter()
            .map(|(plan, _, limits)| plan.form(Some(limits), zone));
        let mut forms: Vec<_> = forms.collect();
        let errors = checked(conn, policy, self.actor, &mut forms)?;

        for ((plan, name, _), errors) in plans.into_iter().zip(errors) {
            if let Some((field, error)) = errors.into_iter().next() {
                let reason = format!("{field}: {error}")
                    .trim_start_matches(": ")
                    .to_owned();
                undone.keep(name, reason);
                continue;
            }
            plan.save(conn, writer, self.registered)?;
            undone.count += 1;
        }
        Ok(())
    }
}
