//! Checks and saves the row of a bound form.

use super::{Actor, FieldError, LinkChange, Policy, RecordChange, Writer};
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{Cleaned, ModelField, ModelForm};
use crate::models::Record;

impl<'a> RecordChange<'a> {
    /// Returns what saving `form` would do.
    pub fn from_form(form: &'a ModelForm) -> Self {
        let links = form.fields.iter().filter_map(|bound| {
            match (bound.field, &bound.initial, &bound.cleaned) {
                (ModelField::Many(field), Cleaned::Many(before), Some(Cleaned::Many(after))) => {
                    Some(LinkChange {
                        field,
                        before,
                        after,
                    })
                }
                _ => None,
            }
        });

        Self {
            before: (!form.adding).then_some(&form.record),
            after: form.row(),
            links: links.collect(),
        }
    }
}

impl Policy<'_> {
    /// Adds the errors that concern several fields to `form`.
    pub fn clean_form(&self, form: &mut ModelForm) {
        let errors = self.clean(&form.row());
        add_errors(form, errors);
    }

    /// Adds the errors that depend on the user or the database to `form`, if the form is valid so far.
    pub fn check_form(&self, conn: &mut Conn, form: &mut ModelForm, actor: &Actor) -> Result<()> {
        if form.is_valid() {
            let errors = self.check(conn, &RecordChange::from_form(form), actor)?;
            add_errors(form, errors);
        }
        Ok(())
    }
}

impl Writer<'_> {
    /// Saves the row and the links of a valid form, as [`save`](Self::save) does. Files must be stored before.
    pub fn save_form(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        form: &ModelForm,
    ) -> Result<Record> {
        let record = self.save(conn, policy, RecordChange::from_form(form))?;
        form.saved(self.settings().time_zone);
        Ok(record)
    }

    /// Saves a form as [`save_form`](Self::save_form) does, without `save_related`: call that one when the inline rows are
    /// saved.
    pub(crate) fn save_form_before_related(
        &mut self,
        conn: &mut Conn,
        policy: Policy<'_>,
        form: &ModelForm,
    ) -> Result<Record> {
        let record = self.save_before_related(conn, policy, RecordChange::from_form(form))?;
        form.saved(self.settings().time_zone);
        Ok(record)
    }
}

fn add_errors(form: &mut ModelForm, errors: Vec<FieldError>) {
    for error in errors {
        form.add_error(error.field(), error.text());
    }
}
