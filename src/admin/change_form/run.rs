//! The change form from top to bottom: permission, row, form, valid?, save, answer.

use super::bound_form::{BoundChangeForm, prefill};
use super::outcome::{Outcome, Saved};
use super::request::{ChangeFormRequest, asked};
use super::save::{Claimed, claim, finish, release, tell};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::model::{Posted, Violation};
use crate::http::PostData;
use crate::models::Record;
use crate::records;

/// The row that a form is to be saved to.
enum Target {
    New,
    /// An existing row with its name.
    Existing(Record, String),
    Missing,
}

/// The result of a transaction.
enum Attempt {
    Missing,
    Refused,
    Saved(Saved),
}

impl ChangeFormRequest {
    /// Processes the request.
    pub(super) fn run(mut self, conn: &mut Conn) -> Result<Outcome> {
        let outcome = match &self.post {
            None => self.open(conn),
            Some(post) if self.is_question() => self.answer_question(conn, post),
            Some(post) => self.submit(conn, post),
        };

        match outcome {
            // A user who may not save the kept data gets the normal page.
            Err(Error::PermissionDenied) if self.is_kept => {
                (self.post, self.is_kept) = (None, false);
                self.open(conn)
            }
            outcome => outcome,
        }
    }

    /// Shows the form of a new or of an existing row.
    fn open(&self, conn: &mut Conn) -> Result<Outcome> {
        let Some(part) = &self.part else {
            if !self.may("add", None) {
                return Err(Error::PermissionDenied);
            }
            let mut change_form = self.new_form(conn, None, true)?;
            change_form.inlines = self.formsets(conn, None, true)?;
            prefill(&mut change_form.form, &self.query, self.zone());
            return self.show(conn, &change_form, true);
        };

        let row = match self.row(part) {
            Some(row) => row.first_named(conn)?,
            None => None,
        };

        let record = row.as_ref().map(|(record, _)| record);
        if !self.may("view", record) {
            return Err(Error::PermissionDenied);
        }
        if row.is_none() {
            return Ok(Outcome::Missing);
        }

        let may_edit = self.may("change", record);
        let mut change_form = self.new_form(conn, row, may_edit)?;
        change_form.inlines = self.formsets(conn, Some(&change_form.form.record), may_edit)?;
        self.show(conn, &change_form, may_edit)
    }

    /// Saves a form that was sent, in one transaction.
    fn submit(&self, conn: &mut Conn, post: &PostData) -> Result<Outcome> {
        // The form survives a rollback, because it may have to be shown again.
        let mut sent = None;
        let attempt = records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
            let target = self.target(conn)?;
            let Some(change_form) = self.bound_form(conn, target, post)? else {
                return Ok(Attempt::Missing);
            };
            let change_form = sent.insert(change_form);

            let submission = self.submission(post, change_form)?;
            match claim(conn, submission.as_ref(), change_form)? {
                Claimed::First => {}
                Claimed::Again(saved) => return Ok(Attempt::Saved(saved)),
                Claimed::Changed => return Ok(Attempt::Refused),
            }

            self.check(conn, change_form)?;
            if !change_form.is_valid() {
                release(conn, submission.as_ref())?;
                return Ok(Attempt::Refused);
            }

            let saved = self.write(conn, writer, change_form)?;
            finish(conn, submission.as_ref(), &saved)?;
            Ok(Attempt::Saved(saved))
        });

        match (attempt, sent) {
            (Ok(Attempt::Saved(saved)), _) => Ok(Outcome::Saved(saved)),
            (Ok(Attempt::Missing), _) | (Ok(Attempt::Refused), None) => Ok(Outcome::Missing),
            // A file that cannot be stored rolls the transaction back, and removes the files that
            // were stored before.
            (Ok(Attempt::Refused) | Err(Error::NotStored(_)), Some(change_form)) => {
                self.show_again(conn, change_form)
            }
            // The database refuses what was valid a moment ago.
            (Err(error), change_form) => {
                let Some((violation, mut change_form)) =
                    Violation::from_error(&error).zip(change_form)
                else {
                    return Err(error);
                };
                tell(conn, violation, &mut change_form)?;
                self.show_again(conn, change_form)
            }
        }
    }

    /// Shows the form again with one more row, or with the rows that were searched for. It saves
    /// nothing, so it neither waits for a writer nor keeps one waiting.
    fn answer_question(&self, conn: &mut Conn, post: &PostData) -> Result<Outcome> {
        let target = self.target(conn)?;
        let Some(mut change_form) = self.bound_form(conn, target, post)? else {
            return Ok(Outcome::Missing);
        };
        // Nothing is wrong yet.
        change_form.bound = false;
        change_form.forgive();

        let prefix = post.fields.get("_addrow");
        for formset in &mut change_form.inlines {
            if prefix == Some(formset.prefix.as_str()) {
                formset.add_row(self);
            }
        }
        if let Some((field, term)) = asked(&post.fields) {
            change_form.picker_result = self.search_rows(conn, &change_form, &field, &term)?;
        }
        self.show_again(conn, change_form)
    }

    /// Returns the row that the form is to be saved to, if the user may add or change it. The row
    /// is locked unless nothing is to be saved.
    fn target(&self, conn: &mut Conn) -> Result<Target> {
        let Some(part) = self.part.as_ref().filter(|_| !self.is_copy()) else {
            return if self.may("add", None) {
                Ok(Target::New)
            } else {
                Err(Error::PermissionDenied)
            };
        };

        let row = match self.row(part) {
            Some(row) if self.is_question() => row.first_named(conn)?,
            Some(row) => row.locked_named(conn)?.pop(),
            None => None,
        };
        if !self.may("change", row.as_ref().map(|(record, _)| record)) {
            return Err(Error::PermissionDenied);
        }
        Ok(row.map_or(Target::Missing, |(record, name)| {
            Target::Existing(record, name)
        }))
    }

    /// Returns the form of the row with what was sent; `None` if the row is missing.
    fn bound_form(
        &self,
        conn: &mut Conn,
        target: Target,
        post: &PostData,
    ) -> Result<Option<BoundChangeForm>> {
        let row = match target {
            Target::New => None,
            Target::Existing(record, name) => Some((record, name)),
            Target::Missing => return Ok(None),
        };
        let mut change_form = self.new_form(conn, row, true)?;
        change_form.bound = true;

        let original = self.original(conn)?;
        if let Some(original) = &original {
            change_form.form.copy_from(original, self.zone());
        }
        change_form.form.bind(&Posted::new(post), self.zone());

        let parent = (!change_form.form.adding).then_some(&change_form.form.record);
        change_form.inlines = self.bind_formsets(conn, parent, original.as_ref(), post)?;
        Ok(Some(change_form))
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

    /// Shows the page with the submitted data.
    fn show_again(&self, conn: &mut Conn, mut change_form: BoundChangeForm) -> Result<Outcome> {
        if !change_form.form.adding {
            for formset in &mut change_form.inlines {
                self.place(conn, formset, change_form.form.record.pk())?;
            }
        }
        self.show(conn, &change_form, true)
    }
}
