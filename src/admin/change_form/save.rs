//! The phases of saving: which submission it is, whether the form is valid, and writing.

use std::io;

use super::bound_form::BoundChangeForm;
use super::inline::Formset;
use super::outcome::Saved;
use super::request::ChangeFormRequest;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{Violation, check};
use crate::forms::submissions::{Claim, Submission};
use crate::http::PostData;
use crate::records::{Done, Flag, Writer, tell_missing_files};

/// Whether a page may be saved.
pub(super) enum Claimed {
    /// It was not saved before.
    First,
    /// The same page was saved before, with this result.
    Again(Saved),
    /// It was saved before with other content. The form has an error that says so.
    Changed,
}

impl ChangeFormRequest {
    /// Returns the submission if the form adds rows. A form that only changes rows may be sent
    /// twice.
    pub(super) fn submission(
        &self,
        post: &PostData,
        change_form: &BoundChangeForm,
    ) -> Result<Option<Submission>> {
        if !change_form.form.adding && !change_form.inlines.iter().any(Formset::adds) {
            return Ok(None);
        }
        let place = [self.model().label(), self.part.clone().unwrap_or_default()].join("/");
        Submission::from_post(post, Some(self.actor.user.id), &place, &self.settings)
    }

    /// Validates the form against the database and the author's rules.
    pub(super) fn check(&self, conn: &mut Conn, change_form: &mut BoundChangeForm) -> Result<()> {
        if self.is_copy() {
            let rows = change_form.inlines.iter_mut().flat_map(Formset::counting);
            for form in std::iter::once(&mut change_form.form).chain(rows) {
                tell_missing_files(form, &self.settings);
            }
        }
        check(conn, &mut [&mut change_form.form])?;
        self.registered.policy().clean_form(&mut change_form.form);
        for formset in &mut change_form.inlines {
            formset.check(conn, self)?;
        }
        self.name_deleted_choices(conn, change_form)?;
        self.registered
            .policy()
            .check_form(conn, &mut change_form.form, &self.actor)
    }

    pub(super) fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        change_form: &mut BoundChangeForm,
    ) -> Result<Saved> {
        let policy = self.registered.policy();
        writer.store_files(&mut change_form.form, self.is_copy())?;
        let form = &change_form.form;
        let record = writer.save_form_before_related(conn, policy, form)?;

        let labels: Vec<String> = form
            .changed()
            .map(|bound| self.registered.options.label(bound.field))
            .collect();
        let mut done = match (form.adding, labels.is_empty()) {
            (true, _) => vec![Done::Added],
            (false, true) => Vec::new(),
            (false, false) => vec![Done::Changed(labels)],
        };
        for formset in &mut change_form.inlines {
            done.extend(formset.save(conn, writer, &record, self.is_copy())?);
        }

        let form = &change_form.form;
        let saving = writer.saving((!form.adding).then_some(&form.record));
        policy.save_related(conn, &record, &saving)?;
        if let Some(save_related) = self.registered.options.request.save_related {
            save_related(conn, &record, &saving)?;
        }

        let name = record.name(conn)?;
        let flag = if change_form.form.adding {
            Flag::Addition
        } else {
            Flag::Change
        };
        writer.log(&record, name.clone(), flag, &done);

        Ok(Saved {
            pk: record.pk().to_string(),
            name,
            added: change_form.form.adding,
            may_change: self.may("change", Some(&record)),
            notes: change_form
                .inlines
                .iter()
                .flat_map(Formset::notes)
                .collect(),
        })
    }
}

/// Claims the submission, so that a form that is sent twice adds its rows once.
pub(super) fn claim(
    conn: &mut Conn,
    submission: Option<&Submission>,
    change_form: &mut BoundChangeForm,
) -> Result<Claimed> {
    let Some(submission) = submission else {
        return Ok(Claimed::First);
    };

    match submission.claim(conn)? {
        Claim::First => Ok(Claimed::First),
        Claim::Again(answer) => Ok(Claimed::Again(Saved::again(&answer)?)),
        Claim::Changed(answer) => {
            let error = saved_before(change_form, &Saved::again(&answer)?);
            change_form.form.errors.push(error);
            Ok(Claimed::Changed)
        }
    }
}

/// Remembers the result of a submission, for its second sending.
pub(super) fn finish(
    conn: &mut Conn,
    submission: Option<&Submission>,
    saved: &Saved,
) -> Result<()> {
    let Some(submission) = submission else {
        return Ok(());
    };
    let answer = serde_json::to_string(saved).map_err(io::Error::other)?;
    submission.finish(conn, &answer)
}

/// Releases a submission that saved nothing, so that the next request counts as the first.
pub(super) fn release(conn: &mut Conn, submission: Option<&Submission>) -> Result<()> {
    submission.map_or(Ok(()), |submission| submission.release(conn))
}

/// Adds the error of the database to the row that was being written, or to the form with the table
/// of the error.
pub(super) fn tell(
    conn: &mut Conn,
    violation: Violation,
    change_form: &mut BoundChangeForm,
) -> Result<()> {
    let inside = change_form
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
    if violation.is_of(change_form.form.model.table) {
        violation
            .with_columns(conn, change_form.form.model)?
            .tell(&mut change_form.form);
        return Ok(());
    }
    match change_form
        .inlines
        .iter_mut()
        .find(|formset| violation.is_of(formset.model().table))
    {
        Some(formset) => formset.errors.push(violation.text(formset.model())),
        None => violation.tell(&mut change_form.form),
    }
    Ok(())
}

/// Returns the error for a page that was saved and then sent again with different content, for
/// example after the browser's Back button.
fn saved_before(change_form: &BoundChangeForm, saved: &Saved) -> String {
    let (one, name) = (&change_form.form.model.verbose_name, &saved.name);
    if change_form.form.adding {
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
