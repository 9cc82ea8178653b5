//! The change form from top to bottom: permission, row, form, valid?, save, answer.

use super::draft::{Draft, prefill};
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
            let mut draft = self.draft(conn, None, true)?;
            draft.inlines = self.formsets(conn, None, true)?;
            prefill(&mut draft.form, &self.query, self.zone());
            return self.show(conn, &draft, true);
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
        let mut draft = self.draft(conn, row, may_edit)?;
        draft.inlines = self.formsets(conn, Some(&draft.form.record), may_edit)?;
        self.show(conn, &draft, may_edit)
    }

    /// Saves a form that was sent, in one transaction.
    fn submit(&self, conn: &mut Conn, post: &PostData) -> Result<Outcome> {
        // The form survives a rollback, because it may have to be shown again.
        let mut sent = None;
        let attempt = records::atomic(conn, &self.actor, &self.settings, |conn, writer| {
            let target = self.target(conn)?;
            let Some(draft) = self.bound_form(conn, target, post)? else {
                return Ok(Attempt::Missing);
            };
            let draft = sent.insert(draft);

            let submission = self.submission(post, draft)?;
            match claim(conn, submission.as_ref(), draft)? {
                Claimed::First => {}
                Claimed::Again(saved) => return Ok(Attempt::Saved(saved)),
                Claimed::Changed => return Ok(Attempt::Refused),
            }

            self.check(conn, draft)?;
            if !draft.is_valid() {
                release(conn, submission.as_ref())?;
                return Ok(Attempt::Refused);
            }

            let saved = self.write(conn, writer, draft)?;
            finish(conn, submission.as_ref(), &saved)?;
            Ok(Attempt::Saved(saved))
        });

        match (attempt, sent) {
            (Ok(Attempt::Saved(saved)), _) => Ok(Outcome::Saved(saved)),
            (Ok(Attempt::Missing), _) | (Ok(Attempt::Refused), None) => Ok(Outcome::Missing),
            // A file that cannot be stored rolls the transaction back, and removes the files that
            // were stored before.
            (Ok(Attempt::Refused) | Err(Error::NotStored(_)), Some(draft)) => {
                self.show_again(conn, draft)
            }
            // The database refuses what was valid a moment ago.
            (Err(error), draft) => {
                let Some((violation, mut draft)) = Violation::from_error(&error).zip(draft) else {
                    return Err(error);
                };
                tell(conn, violation, &mut draft)?;
                self.show_again(conn, draft)
            }
        }
    }

    /// Shows the form again with one more row, or with the rows that were searched for. It saves
    /// nothing, so it neither waits for a writer nor keeps one waiting.
    fn answer_question(&self, conn: &mut Conn, post: &PostData) -> Result<Outcome> {
        let target = self.target(conn)?;
        let Some(mut draft) = self.bound_form(conn, target, post)? else {
            return Ok(Outcome::Missing);
        };
        // Nothing is wrong yet.
        draft.bound = false;
        draft.forgive();

        let prefix = post.fields.get("_addrow");
        for formset in &mut draft.inlines {
            if prefix == Some(formset.prefix.as_str()) {
                formset.add_row(self);
            }
        }
        if let Some((field, term)) = asked(&post.fields) {
            draft.found = self.find(conn, &draft, &field, &term)?;
        }
        self.show_again(conn, draft)
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
    ) -> Result<Option<Draft>> {
        let row = match target {
            Target::New => None,
            Target::Existing(record, name) => Some((record, name)),
            Target::Missing => return Ok(None),
        };
        let mut draft = self.draft(conn, row, true)?;
        draft.bound = true;

        let original = self.original(conn)?;
        if let Some(original) = &original {
            draft.form.copy_from(original, self.zone());
        }
        draft.form.bind(&Posted::new(post), self.zone());

        let parent = (!draft.form.adding).then_some(&draft.form.record);
        draft.inlines = self.bind_formsets(conn, parent, original.as_ref(), post)?;
        Ok(Some(draft))
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
    fn show_again(&self, conn: &mut Conn, mut draft: Draft) -> Result<Outcome> {
        if !draft.form.adding {
            for formset in &mut draft.inlines {
                self.place(conn, formset, draft.form.record.pk())?;
            }
        }
        self.show(conn, &draft, true)
    }
}
