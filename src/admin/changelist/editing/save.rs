//! Saves the edited rows of a list, all or none of them, in one transaction.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::{PREFIX, Sent, fields, held, is_wrong};
use crate::admin::last_save::LastSave;
use crate::admin::options::HookRequest;
use crate::admin::{Actor, RegisteredModel};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{
    BoundField, LOADED, ModelField, ModelForm, Posted, Typed, Violation, check, duplicates, key,
    listed, management,
};
use crate::http::PostData;
use crate::models::{Query, Record};
use crate::records::{self, Done, Flag, LogEntry, Policy, Writer};
use crate::settings::Settings;

/// The largest number of forms that are read (Django's `absolute_max`).
const MOST: usize = 2000;

/// The result of saving a list.
pub(in crate::admin::changelist) enum Outcome {
    /// The number of changed rows, and of rows that somebody else has deleted meanwhile.
    Saved(usize, usize),
    /// Nothing was saved: the rows that were sent, and the errors that belong to no single row.
    Refused(Vec<Sent>, Vec<String>),
}

/// A list that was sent.
pub(in crate::admin::changelist) struct SentList<'a> {
    pub(in crate::admin::changelist) registered: &'static RegisteredModel,
    /// The rows that the user may see.
    pub(in crate::admin::changelist) all: &'a Query,
    pub(in crate::admin::changelist) data: &'a PostData,
    pub(in crate::admin::changelist) actor: &'a Actor,
    pub(in crate::admin::changelist) settings: &'a Settings,
    /// The names of the columns of the list.
    pub(in crate::admin::changelist) columns: &'a [&'static str],
}

/// The rows read so far from a submitted list. They are kept if the transaction is rolled back.
#[derive(Default)]
struct ReadRows {
    rows: Vec<Sent>,
    /// The number of rows that were not touched and are gone.
    gone: usize,
    /// The errors that belong to no single row.
    errors: Vec<String>,
    /// The row that is being written, by its position in `rows`.
    writing: Option<usize>,
}

/// The result of a transaction.
enum Attempt {
    Refused,
    /// The number of rows that were changed.
    Saved(usize),
}

/// Saves the rows of a list that were changed.
pub(in crate::admin::changelist) fn save(conn: &mut Conn, sent: &SentList<'_>) -> Result<Outcome> {
    let mut read = ReadRows::default();
    let attempt = records::atomic(conn, sent.actor, sent.settings, |conn, writer| {
        sent.attempt(conn, writer, &mut read)
    });

    let error = match attempt {
        Ok(Attempt::Saved(count)) => return Ok(Outcome::Saved(count, read.gone)),
        Ok(Attempt::Refused) => {
            sent.name_others(conn, &mut read.rows)?;
            sent.name_deleted_choices(conn, &mut read.rows)?;
            return Ok(Outcome::Refused(read.rows, read.errors));
        }
        Err(error) => error,
    };

    let Some(violation) = Violation::from_error(&error) else {
        return Err(error);
    };
    let model = sent.registered.model;
    let writing = read.writing.and_then(|at| read.rows.get_mut(at));
    if let Some(row) = writing
        && violation.is_of_values()
        && violation.is_of(model.table)
    {
        violation.with_columns(conn, model)?.tell(&mut row.form);
        return Ok(Outcome::Refused(read.rows, Vec::new()));
    }
    let collision =
        "Someone else has just saved something that this collides with. Please look at it again.";
    let text = violation.raised_text().unwrap_or(collision).to_owned();
    Ok(Outcome::Refused(read.rows, vec![text]))
}

/// Reads a form that was sent before a login, to be shown again: nothing is locked, checked or saved. Returns the rows, and
/// the errors that belong to no single row.
pub(in crate::admin::changelist) fn read_again(
    conn: &mut Conn,
    sent: &SentList<'_>,
) -> Result<(Vec<Sent>, Vec<String>)> {
    let Ok((total, initial)) = sent.management() else {
        return Ok(Default::default());
    };
    let mut read = ReadRows::default();
    sent.read(conn, initial.min(total), false, &mut read)?;

    for row in &mut read.rows {
        row.form.errors.clear();
        for bound in &mut row.form.fields {
            bound.errors.clear();
        }
    }
    sent.name_others(conn, &mut read.rows)?;
    Ok((read.rows, read.errors))
}

impl SentList<'_> {
    fn zone(&self) -> Tz {
        self.settings.time_zone
    }

    /// Returns the number of forms and of existing rows that were sent, or the error if these numbers cannot be read.
    fn management(&self) -> Result<(usize, usize), String> {
        let options = &self.registered.options;
        let rows = options.list_per_page.max(options.list_max_show_all);
        let most = MOST.max(usize::try_from(rows).unwrap_or_default());

        let (total, initial) = management(&Posted {
            data: self.data,
            prefix: PREFIX.to_owned(),
        })?;
        Ok((total.min(most), initial.min(most)))
    }

    /// Finds out who last saved the rows that two people have changed: one query for all of them.
    fn name_others(&self, conn: &mut Conn, rows: &mut [Sent]) -> Result<()> {
        let mut collided: Vec<&mut Sent> = rows
            .iter_mut()
            .filter(|sent| sent.form.fields.iter().any(|bound| bound.conflict))
            .collect();
        if collided.is_empty() {
            return Ok(());
        }

        let pks: Vec<&str> = collided.iter().map(|sent| sent.pk.as_str()).collect();
        let mut found =
            LastSave::for_rows(conn, self.registered.model, &pks, self.actor, self.zone())?;
        for sent in &mut collided {
            let at = found.iter().position(|(pk, _)| *pk == sent.pk);
            sent.last_save = at.map(|at| found.swap_remove(at).1);
        }
        Ok(())
    }

    /// Changes the errors of chosen rows that are missing to say that they were deleted meanwhile, if
    /// the history has their deletion.
    fn name_deleted_choices(&self, conn: &mut Conn, rows: &mut [Sent]) -> Result<()> {
        for bound in rows.iter_mut().flat_map(|sent| sent.form.fields.iter_mut()) {
            let (Some(key), Some(model)) = (bound.missing.clone(), bound.field.to()) else {
                continue;
            };
            if let Some(name) = LogEntry::name_of_deleted(conn, model, &key)? {
                bound.tell_deleted(Some(name.as_str()).filter(|_| self.actor.may_view(model)));
            }
        }
        Ok(())
    }

    /// Reads, checks and saves the rows. Whatever it reads is kept in `read`.
    fn attempt(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        read: &mut ReadRows,
    ) -> Result<Attempt> {
        let (total, initial) = match self.management() {
            Ok(counts) => counts,
            Err(wrong) => {
                read.errors.push(wrong);
                return Ok(Attempt::Refused);
            }
        };

        self.read(conn, initial.min(total), true, read)?;
        let fields = self.fields();
        if (initial..total).any(|row| !is_new(self.registered, &fields, self.data, row)) {
            read.errors
                .push("Rows cannot be added in a list. Nothing was saved.".to_owned());
        }

        self.check(conn, &mut read.rows)?;
        let is_refused =
            |sent: &Sent| !sent.form.errors.is_empty() || sent.form.fields.iter().any(is_wrong);
        if !read.errors.is_empty() || read.rows.iter().any(is_refused) {
            return Ok(Attempt::Refused);
        }
        if initial < total {
            return Err(Error::BadRequest(
                "a list does not allow adding rows".to_owned(),
            ));
        }

        write(conn, writer, self.registered, read).map(Attempt::Saved)
    }

    /// Checks the rows against the database, the author's rules and one another.
    fn check(&self, conn: &mut Conn, rows: &mut [Sent]) -> Result<()> {
        let mut forms: Vec<&mut ModelForm> = rows.iter_mut().map(|sent| &mut sent.form).collect();
        check(conn, &mut forms)?;

        let policy = self.registered.policy();
        for form in forms.iter_mut().filter(|form| form.has_changed()) {
            policy.clean_form(form);
            policy.check_form(conn, form, self.actor)?;
        }

        let shared = duplicates(&rows.iter().map(|sent| &sent.form).collect::<Vec<_>>());
        for (columns, again) in shared {
            let labels: Vec<String> = columns
                .iter()
                .filter_map(|column| self.registered.model.column(column))
                .map(|field| field.verbose_name.clone())
                .collect();
            let name = columns
                .first()
                .copied()
                .filter(|_| columns.len() == 1)
                .unwrap_or_default();
            let labels = listed(&labels, "and");
            for at in again {
                let text = format!("Please correct the duplicate data for {labels}.");
                rows[at].form.add_error(name, text);
            }
        }
        Ok(())
    }

    /// Returns the fields that can be edited in the list of this user.
    fn fields(&self) -> Vec<ModelField> {
        fields(self.registered, |key| self.columns.contains(&key))
    }

    /// Adds a form for each of the first `count` rows to `read`. Locks the rows if `locks` is true.
    fn read(&self, conn: &mut Conn, count: usize, locks: bool, read: &mut ReadRows) -> Result<()> {
        let (model, fields) = (self.registered.model, self.fields());
        let request = HookRequest::new(self.actor, self.settings, None);
        let limits = self.registered.options.choice_limits(&request);
        let keys: Vec<(usize, &str)> = (0..count)
            .map(|row| {
                (
                    row,
                    self.data
                        .get(&format!("{PREFIX}-{row}-{}", model.pk().name)),
                )
            })
            .collect();
        let pks: Vec<Value> = keys
            .iter()
            .filter_map(|(_, text)| key(model.pk().target(), text))
            .collect();
        let found = self.all.clone().with_pks(pks).order_by(Vec::new());
        let found = if locks {
            found.locked(conn)?
        } else {
            found.records(conn, None, 0)?
        };
        let names = if found.is_empty() {
            Vec::new()
        } else {
            let pks = found.iter().map(|record| record.pk().clone()).collect();
            Query::new(model)
                .with_pks(pks)
                .order_by(Vec::new())
                .named(conn, None, 0)?
        };
        let loaded = self.data.fields.get(&format!("{PREFIX}-{LOADED}"));
        for (number, text) in keys {
            let pk = key(model.pk().target(), text);
            let record = pk
                .as_ref()
                .and_then(|pk| found.iter().find(|record| record.pk() == pk))
                .cloned();
            let Some(record) = record else {
                let held = loaded.and_then(|loaded| held::read(loaded, text, &fields));
                match held.map(|held| typed_into(self.data, number, &fields, &held)) {
                    Some(typed) if typed.is_empty() => read.gone += 1,
                    typed => {
                        read.errors.push(gone_row(
                            self.registered,
                            number,
                            &typed.unwrap_or_default(),
                        ));
                    }
                }
                continue;
            };
            let pk = record.pk().to_string();
            if read.rows.iter().any(|sent| sent.pk == pk) {
                read.errors.push(format!(
                    "The {} in row {} was sent twice. Nothing was saved.",
                    model.verbose_name,
                    number + 1
                ));
                continue;
            }
            let name = names
                .iter()
                .find(|(other, _)| other == record.pk())
                .map(|(_, name)| name.clone())
                .unwrap_or_default();
            let mut form = ModelForm::new(record, false, &fields, &|_| Vec::new(), self.zone())
                .prefix(format!("{PREFIX}-{number}"));
            limits.apply(&mut form);
            form.bind(&Posted::row(self.data, PREFIX, number), self.zone());
            if let Some(texts) = loaded.and_then(|loaded| held::read(loaded, &pk, &fields)) {
                form.merge_texts(&texts, self.zone());
            }
            read.rows.push(Sent {
                pk,
                form,
                name,
                number,
                last_save: None,
            });
        }
        Ok(())
    }
}

/// Returns the entered values of a deleted row, each with its label; `held` are the values that the
/// page showed.
fn typed_into(
    data: &PostData,
    number: usize,
    fields: &[ModelField],
    held: &[Typed],
) -> Vec<String> {
    let posted = Posted::row(data, PREFIX, number);
    let typed = fields
        .iter()
        .map(|field| (field, posted.typed(*field, false)))
        .zip(held);
    let touched = typed.filter(|((_, typed), held)| !typed.reads_as(held));
    let cell = touched.map(|((field, typed), _)| {
        let text = match field {
            field if field.is_box() => if typed.is_empty() { "no" } else { "yes" }.to_owned(),
            ModelField::Column(column) => column
                .choice_label(typed.first())
                .map_or_else(|| typed.0.join(" "), Cow::into_owned),
            ModelField::Many(_) => typed.0.join(", "),
        };
        format!("{} “{text}”", field.label())
    });
    cell.collect()
}

/// Returns the error for a deleted row that was, or may have been, changed here.
fn gone_row(registered: &RegisteredModel, number: usize, typed: &[String]) -> String {
    let name = &registered.model.verbose_name;
    let typed = if typed.is_empty() {
        String::new()
    } else {
        format!(" You had typed: {}.", listed(typed, "and"))
    };
    format!(
        "The {name} in row {} was deleted meanwhile.{typed} Nothing was saved. Save again to save the other rows.",
        number + 1
    )
}

/// Whether values were entered in a form without a row.
fn is_new(
    registered: &'static RegisteredModel,
    fields: &[ModelField],
    data: &PostData,
    row: usize,
) -> bool {
    let posted = Posted::row(data, PREFIX, row);
    let blank = ModelForm::new(
        Record::new(registered.model),
        true,
        fields,
        &|_| Vec::new(),
        Tz::UTC,
    );
    blank.fields.iter().any(|bound| {
        let typed = posted.typed(bound.field, false);
        !typed.is_empty() && typed != bound.typed
    })
}

/// Saves the rows that were changed, with a history entry for each. Returns their number.
fn write(
    conn: &mut Conn,
    writer: &mut Writer<'_>,
    registered: &'static RegisteredModel,
    read: &mut ReadRows,
) -> Result<usize> {
    let policy = registered.policy();
    let changed = read
        .rows
        .iter()
        .enumerate()
        .filter(|(_, sent)| sent.form.has_changed());
    let mut count = 0;

    for (at, Sent { form, .. }) in changed {
        read.writing = Some(at);
        must_change(policy, writer.actor(), form)?;

        let record = writer.save_form(conn, policy, form)?;
        let labels = form
            .changed()
            .map(|bound| registered.options.label(bound.field))
            .collect();
        let name = record.name(conn)?;
        writer.log(&record, name, Flag::Change, &[Done::Changed(labels)]);
        count += 1;
    }

    read.writing = None;
    Ok(count)
}

/// Returns an error unless `actor` may change the row of `form`, and each field that was changed.
fn must_change(policy: Policy<'_>, actor: &Actor, form: &ModelForm) -> Result<()> {
    let fixed = policy.fixed_fields(&actor.user, Some(&form.record));
    let is_fixed = |bound: &BoundField| {
        let column = bound.field.column();
        column.is_some_and(|column| fixed.contains(&column.column))
    };

    if policy.may(&actor.permissions, "change", Some(&form.record)) && !form.changed().any(is_fixed)
    {
        Ok(())
    } else {
        Err(Error::PermissionDenied)
    }
}
