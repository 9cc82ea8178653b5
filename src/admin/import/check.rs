//! Checks rows of a file by the rules of the form, chunk by chunk.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use serde_json::Value as Json;

use super::cell::{self, is_same};
use super::plan::{Mode, Plan};
use super::related::Related;
use super::rows::{RowError, SampleRow, StagedRow};
use crate::admin::change_form::RowFormContext;
use crate::admin::export::{Column, cell_text};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm, Typed, check, clean, texts};
use crate::models::{ManyToMany, Record, parse_in};

/// The error of a row that exists, in an import that only adds rows.
const EXISTS: &str = "A row with this key exists already, and the import only adds rows.";
/// The error of a row that does not exist, in an import that only changes rows.
const MISSING: &str = "There is no row with this key, and the import only changes rows.";
/// The error of a read-only field.
const READ_ONLY: &str = "This field is read-only, and its value differs.";

/// The outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    New,
    Changed,
    Unchanged,
    Wrong,
}

/// A row that was checked.
pub(super) struct CheckedRow {
    pub(super) number: i64,
    pub(super) outcome: Outcome,
    /// The form, unless the row could not be read.
    pub(super) form: Option<ModelForm>,
    pub(super) errors: Vec<RowError>,
}

/// The unique values of the rows before, as hashes.
#[derive(Default)]
pub(super) struct Seen {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Seen {
    /// The largest number of values that are remembered. Repeated values behind them are found when the rows are written.
    const MOST: usize = 3_000_000;

    /// Remembers a value of a column; returns whether an earlier row had it.
    fn is_repeated(&mut self, column: &str, value: &str) -> bool {
        let hash = self.hasher.hash_one((column, value));
        if self.hashes.len() >= Self::MOST {
            return self.hashes.contains(&hash);
        }
        !self.hashes.insert(hash)
    }
}

/// A row while it is being checked.
struct Draft {
    number: i64,
    cells: Vec<Option<Json>>,
    key: Option<Value>,
    errors: Vec<RowError>,
    form: Option<ModelForm>,
}

impl Draft {
    fn refuse(&mut self, field: &str, text: &str) {
        self.errors.push(RowError {
            field: field.to_owned(),
            text: text.to_owned(),
        });
    }
}

/// The rows that the cells of a chunk refer to.
struct Known {
    /// The rows by the text of their key.
    records: HashMap<String, Record>,
    /// The links of these rows, by field and primary key.
    links: HashMap<&'static str, HashMap<String, Vec<Value>>>,
    related: Related,
}

impl Plan<'_> {
    /// Checks the rows. `locks`: the rows that exist are locked, because they are going to be written.
    pub(super) fn check(
        &self,
        conn: &mut Conn,
        rows: Vec<StagedRow>,
        seen: &mut Seen,
        locks: bool,
    ) -> Result<Vec<CheckedRow>> {
        let mut drafts: Vec<Draft> = rows.into_iter().map(|row| self.draft(row, seen)).collect();
        let known = self.known(conn, &drafts, locks)?;
        for draft in &mut drafts {
            self.fill(draft, &known);
        }

        let mut forms: Vec<&mut ModelForm> = drafts
            .iter_mut()
            .filter(|draft| draft.errors.is_empty())
            .filter_map(|draft| draft.form.as_mut())
            .collect();
        check(conn, &mut forms)?;
        let policy = self.registered.policy();
        for form in forms {
            policy.clean_form(form);
            policy.check_form(conn, form, self.actor)?;
        }
        Ok(drafts
            .into_iter()
            .map(|draft| Self::checked(draft, seen))
            .collect())
    }

    /// Reads the key of a row.
    fn draft(&self, row: StagedRow, seen: &mut Seen) -> Draft {
        let mut draft = Draft {
            number: row.number,
            cells: serde_json::from_str(&row.cells).unwrap_or_default(),
            key: None,
            errors: Vec::new(),
            form: None,
        };
        if row.is_ragged {
            draft.refuse("", "The row has more or fewer cells than the header.");
            return draft;
        }
        let Some(text) = self.key_text(&draft.cells) else {
            return draft;
        };
        match parse_in(self.key, text.trim(), self.settings.time_zone) {
            None => draft.refuse(self.key.name, &format!("“{text}” is not a valid key.")),
            Some(key) if seen.is_repeated("", &key.text()) => {
                draft.refuse(self.key.name, "An earlier row of the file has this key.");
            }
            Some(key) => draft.key = Some(key),
        }
        draft
    }

    /// Returns the text of the key, unless the cell is empty.
    fn key_text(&self, cells: &[Option<Json>]) -> Option<String> {
        let at = self.targets.iter().position(
            |target| matches!(target, Some(Column::Own(field)) if field.name == self.key.name),
        )?;
        let text = cell::text(cells.get(at)?.as_ref()?);
        (!text.trim().is_empty()).then_some(text)
    }

    /// Loads the rows that exist, their links, and the related rows.
    fn known(&self, conn: &mut Conn, drafts: &[Draft], locks: bool) -> Result<Known> {
        let keys: Vec<Value> = drafts
            .iter()
            .filter_map(|draft| draft.key.clone())
            .collect();
        let mut records = HashMap::new();
        if !keys.is_empty() {
            let all = self.actor.queryset(self.registered).order_by(Vec::new());
            let rows = all.clone().by_key(self.key.column).with_pks(keys);
            let mut found = rows.records(conn, None, 0)?;
            if locks {
                let pks = found.iter().map(|record| record.pk().clone()).collect();
                found = all.with_pks(pks).locked(conn)?;
            }
            for record in found {
                records.insert(record.value(self.key).text(), record);
            }
        }

        let pks: Vec<Value> = records.values().map(|record| record.pk().clone()).collect();
        let mut links = HashMap::new();
        for many in self.many() {
            let of_field = many.linked_by_row(conn, self.registered.model, &pks)?;
            links.insert(many.name, of_field);
        }
        let cells: Vec<&[Option<Json>]> =
            drafts.iter().map(|draft| draft.cells.as_slice()).collect();
        Ok(Known {
            related: self.related(conn, &cells, &records)?,
            records,
            links,
        })
    }

    pub(super) fn many(&self) -> impl Iterator<Item = &'static ManyToMany> {
        self.targets
            .iter()
            .flatten()
            .filter_map(|target| match target {
                Column::Many(many) => Some(*many),
                _ => None,
            })
    }

    /// Creates the form of a row, and sets its fields.
    fn fill(&self, draft: &mut Draft, known: &Known) {
        if !draft.errors.is_empty() {
            return;
        }
        let key = draft.key.as_ref().map(Value::text);
        let record = key.and_then(|key| known.records.get(&key)).cloned();
        let is_new = record.is_none();
        match (self.mode, is_new) {
            (Mode::Add, false) => return draft.refuse(self.key.name, EXISTS),
            (Mode::Change, true) => return draft.refuse(self.key.name, MISSING),
            _ => {}
        }
        let action = if is_new { "add" } else { "change" };
        let policy = self.registered.policy();
        if !policy.may(&self.actor.permissions, action, record.as_ref()) {
            let one = &self.registered.model.verbose_name;
            let text = format!("You do not have permission to {action} this {one}.");
            return draft.refuse("", &text);
        }

        let mut form = self.form(record, known);
        if is_new
            && self.key.primary_key
            && let Some(key) = &draft.key
        {
            form.record.set_value(self.key, key.clone());
        }
        let cells = std::mem::take(&mut draft.cells);
        for (at, (cell, target)) in cells.iter().zip(&self.targets).enumerate() {
            if let (Some(cell), Some(target)) = (cell, target)
                && self.decides(at)
            {
                self.set(draft, &mut form, *target, cell, known);
            }
        }
        // The other columns of a related row are compared with the row that was found.
        for (at, (cell, target)) in cells.iter().zip(&self.targets).enumerate() {
            if let (Some(cell), Some(Column::Related(key, field))) = (cell, target)
                && !self.decides(at)
                && let Err(error) = self.compare_related(&form, (key, field), cell, &known.related)
            {
                draft.refuse(key.name, error);
            }
        }
        draft.form = Some(form);
    }

    /// Returns the form with the fields that the file has, and those that a new row needs.
    fn form(&self, record: Option<Record>, known: &Known) -> ModelForm {
        let context = RowFormContext {
            registered: self.registered,
            actor: self.actor,
            settings: self.settings,
        };
        let is_mapped = |name: &str| {
            let mut targets = self.targets.iter().flatten();
            targets.any(|target| target.target_name() == name)
        };
        let is_new = record.is_none();
        let wanted = |field: ModelField| {
            let has_default = field
                .column()
                .is_some_and(|column| column.default.is_some());
            !field.is_file() && (is_mapped(field.name()) || (is_new && !has_default))
        };
        let pk = record.as_ref().map(|record| record.pk().text());
        let linked = |name: &'static str| {
            let of_field = pk.as_ref().and_then(|pk| known.links.get(name)?.get(pk));
            of_field.cloned().unwrap_or_default()
        };
        let zone = self.settings.time_zone;
        let mut form = context.form(record, &linked, &wanted);
        for bound in &mut form.fields {
            if !is_new || is_mapped(bound.field.name()) || bound.field.is_box() {
                bound.cleaned = Some(bound.initial.clone());
                continue;
            }
            match clean(bound.field, &Typed(Vec::new()), zone) {
                Ok(cleaned) => bound.cleaned = Some(cleaned),
                Err(errors) => {
                    bound.cleaned = None;
                    bound.errors = errors;
                }
            }
        }
        form
    }

    /// Sets the field of the form to the value of a cell.
    fn set(
        &self,
        draft: &mut Draft,
        form: &mut ModelForm,
        target: Column,
        cell: &Json,
        known: &Known,
    ) {
        let zone = self.settings.time_zone;
        let adding = form.adding;
        let text = cell::text(cell);
        let stored = match target {
            Column::Own(field) => Some(form.record.value(field).clone()),
            _ => None,
        };
        let name = target.target_name();
        let present = match target {
            Column::Related(key, field) if !adding => {
                let key = form.record.value(key).text();
                known
                    .related
                    .value(&target, &key)
                    .map(|value| (field, value))
            }
            _ => None,
        };
        let is_present = present.is_some_and(|(field, value)| is_same(field, value, &text, zone));
        let Some(bound) = form
            .fields
            .iter_mut()
            .find(|bound| bound.field.name() == name)
        else {
            // The field is read-only: a row that exists must have this value, and a new row gets its own.
            let is_kept = match (target, stored) {
                (Column::Own(field), Some(stored)) => is_same(field, &stored, &text, zone),
                (Column::Related(..), _) => is_present || text.trim().is_empty(),
                _ => true,
            };
            if !adding && !is_kept {
                draft.refuse(name, READ_ONLY);
            }
            return;
        };
        match target {
            // The value as it was exported, which a form might normalize.
            Column::Own(field)
                if !adding && stored.is_some_and(|stored| cell_text(field, &stored) == text) => {}
            // A value that several rows may have does not say which row is meant, and this one has it.
            Column::Related(..) if is_present => {}
            Column::Related(..) if text.trim().is_empty() => {
                cell::bind(bound, &Json::Null, zone);
            }
            Column::Related(_, field) => {
                let value = parse_in(field, &text, zone).map(|value| value.text());
                match known.related.keys(&target, &value.unwrap_or_default()) {
                    [key] => bound.cleaned = Some(Cleaned::One(key.clone())),
                    [_, _, ..] => draft.refuse(name, "Several rows have this value."),
                    [] => draft.refuse(
                        name,
                        &format!("There is no row with the value “{text}”: it does not exist."),
                    ),
                }
            }
            _ => cell::bind(bound, cell, zone),
        }
    }

    /// Collects the errors of a row, and decides its outcome.
    fn checked(mut draft: Draft, seen: &mut Seen) -> CheckedRow {
        if let Some(form) = &draft.form {
            let errors = form.fields.iter().flat_map(|bound| {
                let texts = bound.errors.iter();
                texts.map(|text| (bound.field.name(), text.clone()))
            });
            let whole = form.errors.iter().map(|text| ("", text.clone()));
            let found: Vec<RowError> = errors
                .chain(whole)
                .map(|(field, text)| RowError {
                    field: field.to_owned(),
                    text,
                })
                .collect();
            draft.errors.extend(found);
        }
        if draft.errors.is_empty()
            && let Some(form) = &draft.form
        {
            let repeated = repeated(form, seen);
            if let Some(name) = repeated {
                draft.refuse(name, "An earlier row of the file has this value.");
            }
        }

        let outcome = match &draft.form {
            Some(form) if draft.errors.is_empty() => match (form.adding, form.has_changed()) {
                (true, _) => Outcome::New,
                (false, true) => Outcome::Changed,
                (false, false) => Outcome::Unchanged,
            },
            _ => Outcome::Wrong,
        };
        CheckedRow {
            number: draft.number,
            outcome,
            form: draft.form,
            errors: draft.errors,
        }
    }

    /// Returns the labels of the fields that a form changes; none for a new row, of which the log only says that it was added.
    pub(super) fn labels(&self, form: &ModelForm) -> Vec<String> {
        if form.adding {
            return Vec::new();
        }
        let labels = form.changed();
        labels
            .map(|bound| self.registered.options.label(bound.field))
            .collect()
    }

    /// Returns a row that changes, for the page.
    pub(super) fn sample(&self, conn: &mut Conn, form: &ModelForm) -> Result<SampleRow> {
        let zone = self.settings.time_zone;
        let shown = |field, cleaned: &Cleaned| match (field, cleaned) {
            (ModelField::Column(column), Cleaned::One(value)) => cell_text(column, value),
            (field, cleaned) => texts(field, cleaned, zone).0.join(", "),
        };
        let changes = form.changed().map(|bound| {
            (
                self.registered.options.label(bound.field),
                shown(bound.field, &bound.initial),
                shown(bound.field, bound.value()),
            )
        });
        Ok(SampleRow {
            changes: changes.collect(),
            name: form.record.name(conn)?,
        })
    }
}

/// Returns the unique field whose value an earlier row of the file has.
fn repeated(form: &ModelForm, seen: &mut Seen) -> Option<&'static str> {
    for bound in &form.fields {
        let Some(column) = bound.field.column().filter(|column| column.unique) else {
            continue;
        };
        if !(form.adding || bound.has_changed()) {
            continue;
        }
        if let Some(value) = bound.value().one().filter(|value| !value.is_null())
            && seen.is_repeated(column.column, &value.text())
        {
            return Some(column.name);
        }
    }
    None
}
