//! Shows, validates and saves the forms of several rows, on the thread of the database.

use super::request::FormSetRequest;
use super::rows::{DELETE, PREFIX, SetRows};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::forms::html::{HtmlField, HtmlFormSet};
use crate::forms::model::{Control, ModelForm, Violation, check, duplicates, listed, prefixed};
use crate::forms::submissions::{Claim, SUBMISSION, Submission, new_id};
use crate::http::PostData;
use crate::models::{Collector, Query, Record};
use crate::records::{self, Policy, Writer};
use crate::views::controls::OfferedRows;
use crate::views::show::html_form;

/// The result of a request.
pub(super) enum SetDone {
    /// The forms are to be shown.
    Forms(HtmlFormSet),
    /// These rows were added or changed.
    Saved(Vec<Record>),
}

impl FormSetRequest {
    pub(super) fn run(mut self, conn: &mut Conn) -> Result<SetDone> {
        match self.post.take() {
            None => {
                let set = self.unsent(conn)?;
                self.show(conn, &set)
            }
            Some(post) => self.save(conn, &post),
        }
    }

    fn save(self, conn: &mut Conn, post: &PostData) -> Result<SetDone> {
        // The forms survive a rollback, because they may have to be shown again.
        let mut shown_again = None;
        let attempt = records::atomic_unrecorded(
            conn,
            &self.actor,
            &self.settings,
            |conn, writer| {
                let set = shown_again.insert(self.sent(conn, post)?);
                let submission =
                    Submission::from_post(post, self.user_id, &self.place, &self.settings)?;
                if let Some(submission) = &submission {
                    match submission.claim(conn)? {
                        Claim::First => {}
                        Claim::Again(_) => return Ok(Some(Vec::new())),
                        Claim::Changed(_) => {
                            set.errors.push(
                            "This page was already saved. What you see now was not saved; open the page again."
                                .to_owned(),
                        );
                            return Ok(None);
                        }
                    }
                }

                self.check(conn, set)?;
                if !set.is_valid() {
                    if let Some(submission) = &submission {
                        submission.release(conn)?;
                    }
                    return Ok(None);
                }
                let saved = self.write(conn, writer, set)?;
                if let Some(submission) = &submission {
                    submission.finish(conn, "")?;
                }
                Ok(Some(saved))
            },
        );

        match (attempt, shown_again) {
            (Ok(Some(saved)), _) => Ok(SetDone::Saved(saved)),
            (Ok(None) | Err(Error::NotStored(_)), Some(set)) => self.show(conn, &set),
            (Ok(None), None) => Err(Error::NotFound),
            // The database refuses what was valid a moment ago.
            (Err(error), set) => {
                let Some((violation, mut set)) = Violation::of_constraint(&error).zip(set) else {
                    return Err(error);
                };
                set.errors.push(violation.text(self.options.model));
                self.show(conn, &set)
            }
        }
    }

    /// Validates the rows that are to be saved: against the database, the rules of the model, and each other.
    fn check(&self, conn: &mut Conn, set: &mut SetRows) -> Result<()> {
        let policy = Policy::new(self.options.model);
        let counting = set.rows.iter_mut().filter(|row| row.counts());
        let mut forms: Vec<&mut ModelForm> = counting.map(|row| &mut row.form).collect();
        check(conn, &mut forms)?;
        for form in &mut forms {
            policy.clean_form(form);
            policy.check_form(conn, form, &self.actor)?;
        }

        let valid: Vec<usize> = (0..forms.len())
            .filter(|at| forms[*at].is_valid())
            .collect();
        let looked: Vec<&ModelForm> = valid.iter().map(|at| &*forms[*at]).collect();
        for (columns, again) in duplicates(&looked) {
            let names: Vec<String> = columns.iter().map(|column| self.label(column)).collect();
            set.errors.push(format!(
                "Please correct the duplicate data for {}.",
                listed(&names, "and")
            ));
            for at in again {
                forms[valid[at]]
                    .errors
                    .push("Please correct the duplicate values below.".to_owned());
            }
        }
        self.check_deleted(conn, set)
    }

    fn label(&self, column: &str) -> String {
        let field = self.options.model.column(column);
        field.map_or_else(|| column.to_owned(), |field| field.name.to_owned())
    }

    /// Adds an error for each row that other rows protect from its deletion.
    fn check_deleted(&self, conn: &mut Conn, set: &mut SetRows) -> Result<()> {
        for row in &mut set.rows {
            if !row.is_deleted || row.form.adding {
                continue;
            }
            let rows = Query::new(self.options.model).with_pks(vec![row.form.record.pk().clone()]);
            if !Collector::new(rows).obstacles(conn, 1)?.is_empty() {
                let name = &row.name;
                set.errors.push(format!(
                    "The {} “{name}” cannot be deleted, because other rows refer to it.",
                    self.options.model.verbose_name
                ));
            }
        }
        Ok(())
    }

    fn write(
        &self,
        conn: &mut Conn,
        writer: &mut Writer<'_>,
        set: &mut SetRows,
    ) -> Result<Vec<Record>> {
        let policy = Policy::new(self.options.model);
        let deleted = set.rows.iter();
        let deleted = deleted.filter(|row| row.is_deleted && !row.form.adding);
        let deleted: Vec<&Record> = deleted.map(|row| &row.form.record).collect();
        writer.delete_parts(conn, policy, &deleted)?;

        let mut saved = Vec::new();
        for row in set.rows.iter_mut().filter(|row| row.counts()) {
            if !row.form.adding && !row.form.has_changed() {
                continue;
            }
            writer.store_files(&mut row.form, false)?;
            saved.push(writer.save_form(conn, policy, &row.form)?);
        }
        Ok(saved)
    }

    /// Returns the forms with their controls.
    fn show(&self, conn: &mut Conn, set: &SetRows) -> Result<SetDone> {
        let mut forms = Vec::new();
        let mut offered = OfferedRows::default();
        for (index, row) in set.rows.iter().enumerate() {
            let mut form = html_form(conn, &self.settings, &self.options, &row.form, &mut offered)?;
            if !row.counts() {
                form.errors.clear();
                form.fields
                    .iter_mut()
                    .for_each(|field| field.errors.clear());
            }
            if !row.form.adding {
                form.row.clone_from(&row.name);
                form.hidden.push(self.key_input(&row.form.record, index));
                if self.can_delete {
                    form.fields.push(delete_box(index, row.is_deleted));
                }
            }
            forms.push(form);
        }
        let existing = set.rows.iter().filter(|row| !row.form.adding).count();
        let counts = [
            ("TOTAL_FORMS", forms.len()),
            ("INITIAL_FORMS", existing),
            ("MIN_NUM_FORMS", 0),
            ("MAX_NUM_FORMS", self.max),
        ];
        let mut hidden: Vec<(String, String)> = counts
            .iter()
            .map(|(name, count)| (prefixed(PREFIX, name), count.to_string()))
            .collect();
        hidden.push((SUBMISSION.to_owned(), new_id(self.user_id, &self.settings)));
        Ok(SetDone::Forms(HtmlFormSet {
            forms,
            errors: set.errors.clone(),
            hidden,
        }))
    }

    /// Returns the hidden input with the primary key of an existing row.
    fn key_input(&self, record: &Record, index: usize) -> (String, String) {
        let name = prefixed(&format!("{PREFIX}-{index}"), self.options.model.pk().name);
        (name, record.pk().to_string())
    }
}

/// Returns the check box that deletes the row of form number `index`.
fn delete_box(index: usize, is_ticked: bool) -> HtmlField {
    let name = prefixed(&format!("{PREFIX}-{index}"), DELETE);
    HtmlField::new(
        DELETE,
        "Delete".to_owned(),
        Control::checkbox(name, is_ticked),
    )
}
