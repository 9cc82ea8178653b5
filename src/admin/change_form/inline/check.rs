//! Validates inline rows against the database, the author's rules and each other.

use super::Formset;
use super::bind::Fate;
use crate::admin::change_form::request::ChangeFormRequest;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{ModelForm, check, duplicates, listed};
use crate::models::{Collector, Obstacle};

/// Number of rows of each kind that a message lists.
const NAMED: i64 = 10;

impl Formset {
    /// Returns the error for a row that was changed here, and deleted or moved by somebody else
    /// meanwhile.
    pub(super) fn lost_error(&self, fate: Fate) -> Option<String> {
        let (one, parent) = (
            &self.model().verbose_name,
            &self.parent_model().verbose_name,
        );
        let (happened, after) = match fate {
            Fate::Here => return None,
            Fate::Deleted => ("deleted".to_owned(), ""),
            Fate::Moved => (
                format!("moved to another {parent}"),
                "; it stays where it was moved to",
            ),
        };
        Some(format!(
            "This {one} was {happened} meanwhile, so it was not saved. What you typed still stands here: to keep it, \
             type it into a new {one}. Tick “Delete” to go on without this one{after}."
        ))
    }

    /// Validates the rows that are to be saved.
    pub(in crate::admin::change_form) fn check(
        &mut self,
        conn: &mut Conn,
        screen: &ChangeFormRequest,
    ) -> Result<()> {
        let (fk, policy) = (self.fk, self.inline.policy());
        let mut counting: Vec<_> = self
            .rows
            .iter_mut()
            .filter(|row| !row.delete && !row.lost && row.counts())
            .collect();
        let mut forms: Vec<&mut ModelForm> = counting.iter_mut().map(|row| &mut row.form).collect();
        check(conn, &mut forms)?;
        for form in &mut forms {
            policy.clean_form(form);
            policy.check_form(conn, form, &screen.actor)?;
        }
        let valid: Vec<usize> = (0..forms.len())
            .filter(|at| forms[*at].is_valid())
            .collect();
        let looked: Vec<&ModelForm> = valid.iter().map(|at| &*forms[*at]).collect();
        for (columns, again) in duplicates(&looked) {
            let names = columns.iter().filter(|column| **column != fk.column);
            let names: Vec<String> = names
                .map(|column| fk_free_name(forms.first().map(|form| &**form), column))
                .collect();
            let rest = if names.len() == 1 {
                ""
            } else {
                ", which must be unique"
            };
            self.errors.push(format!(
                "Please correct the duplicate data for {}{rest}.",
                listed(&names, "and")
            ));
            for at in again {
                forms[valid[at]]
                    .errors
                    .push("Please correct the duplicate values below.".to_owned());
            }
        }
        self.check_deleted(conn)
    }

    /// Adds errors for rows that cannot be deleted because others refer to them.
    fn check_deleted(&mut self, conn: &mut Conn) -> Result<()> {
        let going: Vec<Value> = self
            .rows
            .iter()
            .filter(|row| row.goes())
            .map(|row| row.form.record.pk().clone())
            .collect();
        if going.is_empty()
            || Collector::new(self.among(going))
                .obstacles(conn, 1)?
                .is_empty()
        {
            return Ok(());
        }
        let (model, one) = (self.model(), self.model().verbose_name.clone());
        for row in self.rows.iter_mut().filter(|row| row.goes()) {
            let own = crate::models::Query::new(model).with_pks(vec![row.form.record.pk().clone()]);
            let obstacles = Collector::new(own).obstacles(conn, NAMED)?;
            if obstacles.is_empty() {
                continue;
            }
            let rows_of = |obstacle: &Obstacle| -> Vec<String> {
                let kind = &obstacle.key.model.verbose_name;
                obstacle
                    .rows
                    .iter()
                    .map(|(_, name)| format!("{kind} {name}"))
                    .collect()
            };
            let names: Vec<String> = obstacles.iter().flat_map(rows_of).collect();
            row.form.errors.push(format!(
                "Deleting {one} {} would require deleting the following protected related objects: {}",
                row.name,
                listed(&names, "and")
            ));
        }
        Ok(())
    }
}

impl super::Row {
    /// Whether an existing row is to be deleted.
    pub(super) fn goes(&self) -> bool {
        self.delete && !self.lost && !self.form.adding
    }
}

fn fk_free_name(form: Option<&ModelForm>, column: &'static str) -> String {
    form.and_then(|form| form.model.column(column))
        .map_or(column, |field| field.name)
        .to_owned()
}
