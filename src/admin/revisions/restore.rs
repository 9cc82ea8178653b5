//! [`Restoration`]: inserts deleted rows again, with the values that they had.

use chrono_tz::Tz;

use super::plan::form_errors;
use crate::admin::{Actor, AdminSite};
use crate::db::{Conn, Kind, Value};
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm, check};
use crate::models::{ManyToMany, Meta, Query, Record};
use crate::records::history::{Delta, FieldDelta, HistoryEntry};
use crate::records::{FieldError, LinkChange, Policy, RecordChange, Writer};
use crate::signing::random_string;

/// The links of a row: the keys on the other side of each many-to-many field.
type LinkedKeys = Vec<(&'static ManyToMany, Vec<Value>)>;

/// Number of rows that are checked at a time.
const CHUNK: usize = 500;
/// Length of the random text in a secret column, which was not kept.
const UNUSABLE: usize = 40;

/// A deleted row, or a row that lost something by the deletion.
#[derive(Debug)]
pub(super) struct LostRow {
    pub(super) entry: HistoryEntry,
    pub(super) deltas: Vec<FieldDelta>,
}

impl LostRow {
    pub(super) fn new(entry: HistoryEntry) -> Self {
        let deltas = entry.deltas();
        Self { entry, deltas }
    }

    fn is_deleted(&self) -> bool {
        self.entry.action == 3
    }

    /// Returns the row as it was, and the rows that it was linked to.
    pub(super) fn record(&self, model: &'static Meta) -> (Record, LinkedKeys) {
        let mut record = Record::new(model);
        let mut links = Vec::new();
        for delta in &self.deltas {
            match &delta.delta {
                Some(Delta::Column(field, Some(before), _)) => {
                    record.set_value(field, before.clone());
                }
                // Nobody can log in with a password that begins with an exclamation mark.
                Some(Delta::Hidden(field))
                    if field.secret && !field.null && field.sql == Kind::Text =>
                {
                    record.set_value(field, format!("!{}", random_string(UNUSABLE)));
                }
                Some(Delta::Many(many, removed, _)) => links.push((*many, removed.clone())),
                _ => {}
            }
        }
        (record, links)
    }
}

/// Restores deleted rows as a user.
pub(super) struct Restoration<'a> {
    pub(super) site: &'static AdminSite,
    pub(super) actor: &'a Actor,
    pub(super) zone: Tz,
}

/// A problem with a row: the name of its model and its key, the label of the field and the error.
#[derive(Debug, Clone)]
pub(super) struct Obstacle {
    pub(super) row: String,
    pub(super) field: String,
    pub(super) error: String,
}

impl Restoration<'_> {
    /// Returns the names of models whose rows the user may not add or change, though the deletion needs that.
    pub(super) fn lacking(&self, rows: &[LostRow]) -> Vec<String> {
        let mut lacking = Vec::new();
        for row in rows {
            let Some(model) = row.entry.meta() else {
                continue;
            };
            let action = if row.is_deleted() { "add" } else { "change" };
            let may = self
                .site
                .policy(model)
                .may(&self.actor.permissions, action, None);
            if !may && !lacking.contains(&model.verbose_name_plural) {
                lacking.push(model.verbose_name_plural.clone());
            }
        }
        lacking
    }

    /// Inserts the deleted rows again, referenced rows first, and gives links and foreign keys back. Returns the obstacles. If
    /// there are any, the caller must roll back.
    pub(super) fn run(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        rows: &[LostRow],
    ) -> Result<Vec<Obstacle>> {
        let (deleted, cleared): (Vec<&LostRow>, Vec<&LostRow>) =
            rows.iter().partition(|row| row.is_deleted());
        let mut obstacles = Vec::new();
        let mut linked = Vec::new();
        for same in deleted.chunk_by(|one, other| one.entry.model == other.entry.model) {
            let Some(model) = same.first().and_then(|row| row.entry.meta()) else {
                continue;
            };
            for some in same.chunks(CHUNK) {
                let records: Vec<_> = some.iter().map(|row| row.record(model)).collect();
                obstacles.extend(self.check(conn, model, &records)?);
                if !obstacles.is_empty() {
                    return Ok(obstacles);
                }
                for (record, links) in records {
                    let record = writer.restore(conn, self.site.policy(model), record, &[])?;
                    linked.extend(links.into_iter().map(|links| (record.clone(), links)));
                }
            }
        }

        // Links come last, because both rows must exist.
        for (record, (many, keys)) in linked {
            obstacles.extend(self.link(conn, writer, record, many, &keys)?);
        }
        for row in cleared {
            obstacles.extend(self.give_back(conn, writer, row)?);
        }
        Ok(obstacles)
    }

    /// Returns the problems of rows that are to be added.
    fn check(
        &self,
        conn: &mut Conn,
        model: &'static Meta,
        records: &[(Record, LinkedKeys)],
    ) -> Result<Vec<Obstacle>> {
        let row = |record: &Record| format!("{} {}", model.verbose_name, record.pk());
        let keys = records.iter().map(|(record, _)| record.pk().clone());
        let existing = Query::new(model)
            .with_pks(keys.collect())
            .order_by(Vec::new())
            .pks(conn)?;
        let mut obstacles: Vec<Obstacle> = records
            .iter()
            .filter(|(record, _)| existing.contains(record.pk()))
            .map(|(record, _)| Obstacle {
                row: row(record),
                field: String::new(),
                error: "There is a row with this key again.".to_owned(),
            })
            .collect();
        if !obstacles.is_empty() {
            return Ok(obstacles);
        }

        let written = model.fields.iter().filter(|field| field.is_written());
        let fields: Vec<ModelField> = written.map(ModelField::Column).collect();
        let forms = records.iter().map(|(record, _)| {
            let blank = Record::new(model);
            let mut form = ModelForm::new(blank, true, &fields, &|_| Vec::new(), self.zone);
            for bound in &mut form.fields {
                if let Some(field) = bound.field.column() {
                    bound.cleaned = Some(Cleaned::One(record.value(field).clone()));
                }
            }
            form
        });
        let mut forms: Vec<ModelForm> = forms.collect();
        check(conn, &mut forms.iter_mut().collect::<Vec<_>>())?;
        for ((record, _), form) in records.iter().zip(&forms) {
            let mut errors = form_errors(form);
            errors.extend(self.rules(conn, model, record)?);
            obstacles.extend(errors.into_iter().map(|(field, error)| Obstacle {
                row: row(record),
                field,
                error,
            }));
        }
        Ok(obstacles)
    }

    /// Returns the errors of the author's rules: those of a change from an empty row to this one, because some models have
    /// another page for adding rows.
    fn rules(
        &self,
        conn: &mut Conn,
        model: &'static Meta,
        record: &Record,
    ) -> Result<Vec<(String, String)>> {
        let policy = self.site.policy(model);
        let mut blank = Record::new(model);
        blank.set_value(model.pk(), record.pk().clone());

        let mut errors = Vec::new();
        for column in policy.fixed_fields(&self.actor.user, None) {
            let field = model.column(column);
            if let Some(field) = field.filter(|field| record.value(field) != blank.value(field)) {
                let text = "You may not set this field.".to_owned();
                errors.push((field.label(), text));
            }
        }
        let change = RecordChange {
            before: Some(&blank),
            after: record.clone(),
            links: Vec::new(),
        };
        let mut found = policy.clean(record);
        found.extend(policy.check(conn, &change, self.actor)?);
        errors.extend(
            found
                .into_iter()
                .map(|error| (error.field().to_owned(), error.text().to_owned())),
        );
        Ok(errors)
    }

    /// Links a row to those of `keys` that still exist.
    fn link(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        record: Record,
        many: &'static ManyToMany,
        keys: &[Value],
    ) -> Result<Vec<Obstacle>> {
        let existing = Query::new(many.to())
            .with_pks(keys.to_vec())
            .order_by(Vec::new())
            .pks(conn)?;
        let before = many.linked_from(conn, record.pk())?;
        let mut after = before.clone();
        after.extend(
            keys.iter()
                .filter(|key| existing.contains(key) && !before.contains(key))
                .cloned(),
        );
        self.save(conn, writer, record, &[(many, before, after)], None)
    }

    /// Gives a foreign key or links back to a row that lost them by the deletion, unless it has others now.
    fn give_back(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        row: &LostRow,
    ) -> Result<Vec<Obstacle>> {
        let (Some(model), Some(pk)) = (row.entry.meta(), row.entry.pk()) else {
            return Ok(Vec::new());
        };
        let rows = Query::new(model).with_pks(vec![pk]).order_by(Vec::new());
        let Some(record) = rows.locked(conn)?.pop() else {
            return Ok(Vec::new());
        };

        let mut obstacles = Vec::new();
        let mut after = record.clone();
        for delta in &row.deltas {
            match &delta.delta {
                Some(Delta::Column(field, Some(before), Some(cleared)))
                    if record.value(field) == cleared =>
                {
                    after.set_value(field, before.clone());
                }
                Some(Delta::Many(many, removed, _)) => {
                    let links = self.link(conn, writer, record.clone(), many, removed)?;
                    obstacles.extend(links);
                }
                _ => {}
            }
        }
        if after != record {
            obstacles.extend(self.save(conn, writer, record, &[], Some(after))?);
        }
        Ok(obstacles)
    }

    fn save(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        record: Record,
        links: &[(&'static ManyToMany, Vec<Value>, Vec<Value>)],
        after: Option<Record>,
    ) -> Result<Vec<Obstacle>> {
        let policy: Policy<'_> = self.site.policy(record.model);
        let links = links.iter().map(|(field, before, after)| LinkChange {
            field,
            before,
            after,
        });
        let change = RecordChange {
            before: Some(&record),
            after: after.unwrap_or_else(|| record.clone()),
            links: links.collect(),
        };
        let found = policy.check(conn, &change, self.actor)?;
        if found.is_empty() {
            writer.save(conn, policy, change)?;
        }
        let obstacle = |error: FieldError| Obstacle {
            row: format!("{} {}", record.model.verbose_name, record.pk()),
            field: error.field().to_owned(),
            error: error.text().to_owned(),
        };
        Ok(found.into_iter().map(obstacle).collect())
    }
}
