//! Saves submitted data: row, links and log entry in one transaction.

use std::io;

use super::draft::Draft;
use super::find;
use super::inline::Formset;
use super::screen::{Outcome, Saved, Screen};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};
use crate::forms::model::{BoundField, Cleaned, ModelForm, Posted, Violation, check};
use crate::forms::submissions::{Claim, Submission};
use crate::forms::uploads::Stored;
use crate::http::PostData;
use crate::models::Record;
use crate::records::{self, Done, Flag, Writer};
use crate::settings::Settings;

/// The result of a transaction.
enum Attempt {
    Missing,
    Refused,
    Saved(Saved),
    /// The same page was saved before.
    Again(Saved),
}

impl Screen {
    /// Saves the submitted data. If the database refuses valid data, the form shows the error.
    pub(super) fn save(&self, conn: &mut Conn) -> Result<Outcome> {
        let Some(post) = &self.post else {
            return Ok(Outcome::Missing);
        };
        let mut draft = None;
        // A request that saves nothing need not wait for writers, and must not block them.
        let attempt = if self.is_question() {
            self.attempt(conn, None, post, &mut draft)
        } else {
            records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
                self.attempt(conn, Some(writer), post, &mut draft)
            })
        };
        match (attempt, draft) {
            (Ok(Attempt::Saved(saved) | Attempt::Again(saved)), _) => Ok(Outcome::Saved(saved)),
            (Ok(Attempt::Missing), _) | (Ok(Attempt::Refused), None) => Ok(Outcome::Missing),
            // If a file cannot be stored, the transaction is rolled back, and files that were
            // already stored are deleted.
            (Ok(Attempt::Refused) | Err(Error::NotStored(_)), Some(draft)) => {
                self.show_again(conn, draft)
            }
            (Err(error), draft) => {
                let Some((violation, mut draft)) = Violation::of(&error).zip(draft) else {
                    return Err(error);
                };
                tell(conn, violation, &mut draft)?;
                self.show_again(conn, draft)
            }
        }
    }

    /// Shows the page with the submitted data.
    fn show_again(&self, conn: &mut Conn, mut draft: Draft) -> Result<Outcome> {
        if !draft.form.adding {
            for formset in &mut draft.inlines {
                self.place(conn, formset, draft.form.record.pk())?;
            }
        }
        self.show(conn, &draft, true)
    }

    fn attempt(
        &self,
        conn: &mut Conn,
        writer: Option<&mut Writer<'_>>,
        post: &PostData,
        place: &mut Option<Draft>,
    ) -> Result<Attempt> {
        let part = self.part.as_ref().filter(|_| !self.is_copy());
        let row = match part {
            None if self.may("add", None) => None,
            None => return Err(Error::PermissionDenied),
            Some(part) => {
                let found = match self.row(part) {
                    Some(row) if self.is_question() => row.first_named(conn)?,
                    Some(row) => row.locked_named(conn)?.pop(),
                    None => None,
                };
                if !self.may("change", found.as_ref().map(|(record, _)| record)) {
                    return Err(Error::PermissionDenied);
                }
                let Some(row) = found else {
                    return Ok(Attempt::Missing);
                };
                Some(row)
            }
        };
        let draft = place.insert(self.draft(conn, row, true)?);
        draft.bound = true;
        let original = self.original(conn)?;
        if let Some(original) = &original {
            draft.form.copy_from(original, self.zone());
        }
        draft.form.bind(&Posted::new(post), self.zone());
        let parent = (!draft.form.adding).then_some(&draft.form.record);
        draft.inlines = self.bind_formsets(conn, parent, original.as_ref(), post)?;
        let Some(writer) = writer else {
            let (row_of, field) = (post.fields.get("_addrow"), find::asked(&post.fields));
            // There are no errors yet.
            draft.bound = false;
            draft.forgive();
            for formset in draft
                .inlines
                .iter_mut()
                .filter(|formset| row_of == Some(formset.prefix.as_str()))
            {
                formset.add_row(self);
            }
            if let Some((field, term)) = field {
                draft.found = self.find(conn, draft, &field, &term)?;
            }
            return Ok(Attempt::Refused);
        };
        let submission = self.submission(post, draft)?;
        if let Some(submission) = &submission {
            match submission.claim(conn)? {
                Claim::First => {}
                Claim::Again(answer) => return Ok(Attempt::Again(Saved::again(&answer)?)),
                Claim::Changed(answer) => {
                    draft
                        .form
                        .errors
                        .push(saved_before(draft, &Saved::again(&answer)?));
                    return Ok(Attempt::Refused);
                }
            }
        }
        self.check(conn, draft)?;
        if !draft.form.is_valid() || !draft.inlines.iter().all(Formset::is_valid) {
            // Nothing was saved, so the next request counts as the first.
            if let Some(submission) = &submission {
                submission.release(conn)?;
            }
            return Ok(Attempt::Refused);
        }
        let saved = self.write(conn, writer, draft)?;
        if let Some(submission) = &submission {
            submission.finish(
                conn,
                &serde_json::to_string(&saved).map_err(io::Error::other)?,
            )?;
        }
        Ok(Attempt::Saved(saved))
    }

    /// Returns the submission if the form adds rows. A form that only changes rows may be sent
    /// twice.
    fn submission(&self, post: &PostData, draft: &Draft) -> Result<Option<Submission>> {
        if !draft.form.adding && !draft.inlines.iter().any(Formset::adds) {
            return Ok(None);
        }
        let place = [self.model().label(), self.part.clone().unwrap_or_default()].join("/");
        Submission::of(post, Some(self.actor.user.id), &place, &self.settings)
    }

    /// Returns the original row of a copy ("Save as new"), if the user may see it.
    fn original(&self, conn: &mut Conn) -> Result<Option<Record>> {
        let part = self.part.as_ref().filter(|_| self.is_copy());
        let Some(row) = part.and_then(|part| self.row(part)) else {
            return Ok(None);
        };
        let found = row.first_named(conn)?.map(|(record, _)| record);
        Ok(found.filter(|record| self.may("view", Some(record))))
    }

    /// Validates the form against the database and the author's rules.
    fn check(&self, conn: &mut Conn, draft: &mut Draft) -> Result<()> {
        if self.is_copy() {
            let rows = draft.inlines.iter_mut().flat_map(Formset::counting);
            for form in std::iter::once(&mut draft.form).chain(rows) {
                tell_missing_files(form, &self.settings);
            }
        }
        check(conn, &mut [&mut draft.form])?;
        self.known.policy().clean_form(&mut draft.form);
        for formset in &mut draft.inlines {
            formset.check(conn, self)?;
        }
        self.name_deleted_choices(conn, draft)?;
        self.known
            .policy()
            .check_form(conn, &mut draft.form, &self.actor)
    }

    fn write(&self, conn: &mut Conn, writer: &mut Writer<'_>, draft: &mut Draft) -> Result<Saved> {
        let policy = self.known.policy();
        store(writer, &mut draft.form, self.is_copy())?;
        let form = &draft.form;
        let record = writer.save_form(conn, policy, form)?;

        let labels: Vec<String> = form
            .changed()
            .map(|bound| self.known.options.label(bound.field))
            .collect();
        let mut done = match (form.adding, labels.is_empty()) {
            (true, _) => vec![Done::Added],
            (false, true) => Vec::new(),
            (false, false) => vec![Done::Changed(labels)],
        };
        for formset in &mut draft.inlines {
            done.extend(formset.save(conn, writer, &record, self.is_copy())?);
        }

        let name = record.name(conn)?;
        let flag = if draft.form.adding {
            Flag::Addition
        } else {
            Flag::Change
        };
        writer.log(&record, name.clone(), flag, &done);

        Ok(Saved {
            pk: record.pk().to_string(),
            name,
            added: draft.form.adding,
            may_change: self.may("change", Some(&record)),
            notes: draft.inlines.iter().flat_map(Formset::notes).collect(),
        })
    }
}

/// Adds the error of the database to the row that was being written, or to the form with the table
/// of the error.
fn tell(conn: &mut Conn, violation: Violation, draft: &mut Draft) -> Result<()> {
    let inside = draft
        .inlines
        .iter_mut()
        .find(|formset| formset.writing.is_some());
    if let Some(formset) = inside
        && violation.is_of(formset.model().table)
        && let Some(row) = formset
            .writing
            .take()
            .and_then(|at| formset.rows.get_mut(at))
    {
        violation
            .with_columns(conn, row.form.model)?
            .tell(&mut row.form);
        return Ok(());
    }
    if violation.is_of(draft.form.model.table) {
        violation
            .with_columns(conn, draft.form.model)?
            .tell(&mut draft.form);
        return Ok(());
    }
    match draft
        .inlines
        .iter_mut()
        .find(|formset| violation.is_of(formset.model().table))
    {
        Some(formset) => formset.errors.push(violation.text(formset.model())),
        None => violation.tell(&mut draft.form),
    }
    Ok(())
}

/// Returns the error for a page that was saved and then sent again with different content, for
/// example after the browser's Back button.
fn saved_before(draft: &Draft, saved: &Saved) -> String {
    let (one, name) = (&draft.form.model.verbose_name, &saved.name);
    if draft.form.adding {
        format!(
            "This page was already saved: the {one} “{name}” was added. What you see now was not saved. Save again to add \
             another {one}, or go to the list to change the one that is there."
        )
    } else {
        format!(
            "This page was already saved, and its new rows were added to the {one} “{name}”. What you see now was not saved. \
             Open the {one} anew to change those rows; save again to add the new rows below once more."
        )
    }
}

/// Stores the files that were sent, and copies those of the original if the row `is_copy`. From then on the fields hold the
/// paths of the stored files.
pub(super) fn store(writer: &mut Writer<'_>, form: &mut ModelForm, is_copy: bool) -> Result<()> {
    for bound in &mut form.fields {
        let stored = match (&bound.upload, bound.field.column()) {
            (Some(upload), _) => writer.store_upload(upload).map(Some),
            // A copy gets its own file, so that changes to one of the two rows do not affect the
            // other.
            (None, Some(column)) if is_copy && !path_to_copy(bound).is_empty() => {
                match writer.copy_file(path_to_copy(bound), column) {
                    Ok(None) => {
                        bound.errors.push(missing_file(bound));
                        return Err(Error::NotStored("the file to copy is missing".to_owned()));
                    }
                    copied => copied,
                }
            }
            _ => Ok(None),
        };

        match stored {
            Ok(Some(path)) => bound.cleaned = Some(Cleaned::One(path)),
            Ok(None) => {}
            Err(error) => {
                bound.errors.push(not_stored(&error).to_owned());
                return Err(Error::NotStored(error.to_string()));
            }
        }
    }
    Ok(())
}

/// Returns the path of the original's file that must be copied; "" if there is none.
fn path_to_copy(bound: &BoundField) -> &str {
    let is_kept = bound.field.is_file() && bound.upload.is_none() && !bound.has_changed();
    bound
        .value()
        .one()
        .and_then(Value::as_str)
        .filter(|_| is_kept)
        .unwrap_or_default()
}

/// Adds an error to each file field of a copy whose original's file cannot be read. Otherwise the
/// copy would share the original's path.
fn tell_missing_files(form: &mut ModelForm, settings: &Settings) {
    for bound in &mut form.fields {
        let path = path_to_copy(bound);
        if !path.is_empty() && !Stored::exists(path, settings) {
            bound.errors.push(missing_file(bound));
        }
    }
}

/// Returns the error for a file field of a copy whose original's file cannot be read.
fn missing_file(bound: &BoundField) -> String {
    let name = path_to_copy(bound).rsplit('/').next().unwrap_or_default();
    let remedy = if bound.field.required() {
        "Choose a file for the new row."
    } else {
        "Choose a file for the new row, or remove this one to save it without a file."
    };
    format!(
        "The original’s file “{name}” is missing on the server, so it cannot be copied. {remedy}"
    )
}

/// Returns the error for a file field whose file could not be stored.
fn not_stored(error: &Error) -> &'static str {
    match error {
        Error::DiskFull(_) => {
            "The file could not be stored: there is no room left on the server. Nothing was saved."
        }
        _ => {
            "The file could not be stored: the folder for uploads cannot be written just now. Nothing was saved."
        }
    }
}
