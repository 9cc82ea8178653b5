//! Shows, validates and saves the form of a visitor, on the thread of the database.

use super::forms::Forms;
use super::options::FormOptions;
use super::request::{Done, FormRequest, Target};
use super::show::question;
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{Posted, Violation, check};
use crate::forms::submissions::{Claim, Submission};
use crate::http::PostData;
use crate::models::{Collector, Query, Record, parse};
use crate::records::{self, Policy, RecordChange, Writer, store_files};
use diesel::Connection as _;

/// The number of protecting rows that are loaded by name.
const NAMED_OBSTACLES: i64 = 1;

/// The result of a transaction.
enum Attempt {
    Refused,
    Saved(Record),
}

impl FormRequest {
    pub(super) fn run(mut self, conn: &mut Conn, options: FormOptions) -> Result<Done> {
        match (self.post.take(), self.target.clone()) {
            (None, Target::Delete(pk)) => {
                let record = find(conn, &options, pk)?;
                question(conn, &options, &record, &[])
            }
            (Some(_), Target::Delete(pk)) => self.delete(conn, &options, &pk),
            (None, _) => {
                let form = self.form(conn, &options, false)?;
                self.show(conn, &options, &form)
            }
            (Some(post), Target::Nothing) => self.validate(conn, options, &post),
            (Some(post), _) => self.save(conn, options, &post),
        }
    }

    /// Creates the form. A row that is to be changed is locked.
    fn form(&self, conn: &mut Conn, options: &FormOptions, is_sent: bool) -> Result<Forms> {
        let record = match &self.target {
            Target::Row(pk) if is_sent => {
                let rows = Query::new(options.model).with_pks(vec![pk.clone()]);
                let row = rows.locked_named(conn)?.pop();
                Some(row.ok_or(Error::NotFound)?.0)
            }
            Target::Row(pk) => Some(find(conn, options, pk.clone())?),
            _ => None,
        };
        let links = options.links(conn, &record)?;
        let form = options.form(record, &links, self.settings.time_zone);
        Ok(Forms::new(options, form, self.settings.time_zone))
    }

    fn bound(&self, conn: &mut Conn, options: &FormOptions, post: &PostData) -> Result<Forms> {
        let mut forms = self.form(conn, options, true)?;
        let posted = Posted {
            data: post,
            prefix: options.prefix.clone(),
        };
        forms.bind(&posted, self.settings.time_zone);
        Ok(forms)
    }

    /// Validates the form against the database, the rules of the model and those of the view.
    fn check(&self, conn: &mut Conn, options: &mut FormOptions, forms: &mut Forms) -> Result<()> {
        for form in forms.all() {
            check(conn, &mut [form])?;
        }
        let policy = Policy::new(options.model);
        let is_extra_valid = forms.extra.as_ref().is_none_or(|extra| extra.is_valid());
        let form = &mut forms.form;
        if !matches!(self.target, Target::Nothing) {
            policy.clean_form(form);
            policy.check_form(conn, form, &self.actor)?;
        }
        for (name, text) in options.wrong_choices(&form.row()) {
            form.add_error(name, text);
        }
        for check in options.check.drain(..) {
            if is_extra_valid && form.is_valid() {
                for error in check(conn, &form.row())? {
                    form.add_error(error.field(), error.text());
                }
            }
        }
        Ok(())
    }

    fn validate(self, conn: &mut Conn, mut options: FormOptions, post: &PostData) -> Result<Done> {
        let mut forms = self.bound(conn, &options, post)?;
        self.check(conn, &mut options, &mut forms)?;
        if !forms.is_valid() {
            return self.show(conn, &options, &forms);
        }
        let mut to_store = forms.all();
        let stored = to_store.try_for_each(|form| store_files(&self.actor, &self.settings, form));
        drop(to_store);
        match stored {
            Ok(()) => {
                let mut record = forms.form.row();
                set_from_extra(conn, &mut options, &forms, &mut record)?;
                if !options.after_save.is_empty() {
                    conn.transaction(|conn| done(conn, &mut options, &record))?;
                }
                Ok(Done::Saved(record))
            }
            Err(Error::NotStored(_)) => self.show(conn, &options, &forms),
            Err(error) => Err(error),
        }
    }

    fn save(self, conn: &mut Conn, mut options: FormOptions, post: &PostData) -> Result<Done> {
        // The form survives a rollback, because it may have to be shown again.
        let mut sent = None;
        let attempt =
            records::atomic_unrecorded(conn, &self.actor, &self.settings, |conn, writer| {
                let forms = sent.insert(self.bound(conn, &options, post)?);
                let submission = self.submission(post, forms)?;
                if let Some(submission) = &submission {
                    match submission.claim(conn)? {
                        Claim::First => {}
                        Claim::Again(answer) => {
                            return Ok(Attempt::Saved(saved_before(conn, &options, &answer)?));
                        }
                        Claim::Changed(_) => {
                            forms.form.errors.push(changed_before(&options));
                            return Ok(Attempt::Refused);
                        }
                    }
                }

                self.check(conn, &mut options, forms)?;
                if !forms.is_valid() {
                    if let Some(submission) = &submission {
                        submission.release(conn)?;
                    }
                    return Ok(Attempt::Refused);
                }

                let record = self.write(conn, writer, &mut options, forms)?;
                if let Some(submission) = &submission {
                    submission.finish(conn, &record.pk().to_string())?;
                }
                Ok(Attempt::Saved(record))
            });

        match (attempt, sent) {
            (Ok(Attempt::Saved(record)), _) => Ok(Done::Saved(record)),
            (Ok(Attempt::Refused) | Err(Error::NotStored(_)), Some(forms)) => {
                self.show(conn, &options, &forms)
            }
            (Ok(Attempt::Refused), None) => Err(Error::NotFound),
            // The database refuses what was valid a moment ago.
            (Err(error), forms) => {
                let Some((violation, mut forms)) = Violation::of_constraint(&error).zip(forms)
                else {
                    return Err(error);
                };
                if !violation.is_of(options.model.table) {
                    return Err(error);
                }
                let violation = violation.with_columns(conn, options.model)?;
                violation.tell(&mut forms.form);
                self.show(conn, &options, &forms)
            }
        }
    }

    /// Returns the submission if the form adds a row. A form that changes a row may be sent twice.
    fn submission(&self, post: &PostData, forms: &Forms) -> Result<Option<Submission>> {
        if !forms.form.adding {
            return Ok(None);
        }
        Submission::from_post(post, self.user_id, &self.place, &self.settings)
    }

    fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        options: &mut FormOptions,
        forms: &mut Forms,
    ) -> Result<Record> {
        for form in forms.all() {
            writer.store_files(form, false)?;
        }
        let form = &forms.form;
        let mut change = RecordChange::from_form(form);
        if !form.adding {
            for (name, value) in &options.set {
                if let Some(field) = options.model.column(name) {
                    change.after.set_value(field, value.clone());
                }
            }
        }
        set_from_extra(conn, options, forms, &mut change.after)?;
        for set in options.before_save.drain(..) {
            set(conn, &mut change.after)?;
        }
        let record = writer.save(conn, Policy::new(options.model), change)?;
        forms.form.saved(self.settings.time_zone);

        // The database has chosen these values.
        let is_made = |field: &crate::models::Field| field.generated || field.db_default.is_some();
        let record = if options.model.fields.iter().any(is_made) {
            find(conn, options, record.pk().clone())?
        } else {
            record
        };
        done(conn, options, &record)?;
        Ok(record)
    }

    fn delete(self, conn: &mut Conn, options: &FormOptions, pk: &Value) -> Result<Done> {
        let rows = || Query::new(options.model).with_pks(vec![pk.clone()]);
        let attempt =
            records::atomic_unrecorded(conn, &self.actor, &self.settings, |conn, writer| {
                let Some((record, _)) = rows().locked_named(conn)?.pop() else {
                    return Err(Error::NotFound);
                };
                let obstacles = Collector::new(rows()).obstacles(conn, NAMED_OBSTACLES)?;
                if !obstacles.is_empty() {
                    return Ok(Err((record, obstacles)));
                }
                writer.delete_parts(conn, Policy::new(options.model), &[&record])?;
                Ok(Ok(record))
            });
        match attempt? {
            Ok(record) => Ok(Done::Saved(record)),
            Err((record, obstacles)) => question(conn, options, &record, &obstacles),
        }
    }
}

/// Does what the view wants done after the row was saved.
fn done(conn: &mut Conn, options: &mut FormOptions, record: &Record) -> Result<()> {
    let mut steps = options.after_save.drain(..);
    steps.try_for_each(|then| then(conn, record))
}

/// Hands the values of the fields that the model does not have to the view.
fn set_from_extra(
    conn: &mut Conn,
    options: &mut FormOptions,
    forms: &Forms,
    record: &mut Record,
) -> Result<()> {
    let set = options.extra.as_mut().and_then(|extra| extra.set.take());
    match set.zip(forms.extra.as_ref()) {
        Some((set, extra)) => set(conn, record, &extra.row()),
        None => Ok(()),
    }
}

/// Returns the row with this primary key.
pub(super) fn find(conn: &mut Conn, options: &FormOptions, pk: Value) -> Result<Record> {
    let row = Query::new(options.model).find(conn, pk)?;
    row.ok_or(Error::NotFound)
}

/// Returns the row that was added when the same page was sent before.
fn saved_before(conn: &mut Conn, options: &FormOptions, pk: &str) -> Result<Record> {
    let pk = parse(options.model.pk(), pk).ok_or(Error::NotFound)?;
    find(conn, options, pk)
}

/// Returns the error for a page that was saved and then sent again with different content, for example after the
/// browser's Back button.
fn changed_before(options: &FormOptions) -> String {
    let one = &options.model.verbose_name;
    format!(
        "This page was already saved, and its {one} was added. What you see now was not saved. Send it again to add another {one}."
    )
}
