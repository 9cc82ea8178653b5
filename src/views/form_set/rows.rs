//! The rows of a form set, with what was sent for them.

use super::request::FormSetRequest;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::{ModelForm, Posted, management};
use crate::http::PostData;
use crate::models::{ColumnPath, Condition, Query, Record, parse};
use crate::records::Policy;
use crate::views::row_form::Links;

/// The prefix of the names of all inputs, as in Django.
pub(super) const PREFIX: &str = "form";
/// The name of the box that deletes a row, after the prefix.
pub(super) const DELETE: &str = "DELETE";

/// A row with its form.
pub(super) struct SetRow {
    pub(super) form: ModelForm,
    /// The display name; "" for a new row.
    pub(super) name: String,
    /// Whether the row is to be deleted.
    pub(super) is_deleted: bool,
}

impl SetRow {
    /// Whether the row is to be saved: a new row that was left empty is not.
    pub(super) fn counts(&self) -> bool {
        !self.is_deleted
            && (!self.form.adding || self.form.fields.iter().any(|bound| bound.is_touched()))
    }
}

/// The rows of a page.
#[derive(Default)]
pub(super) struct SetRows {
    pub(super) rows: Vec<SetRow>,
    /// Errors that do not belong to a single row.
    pub(super) errors: Vec<String>,
}

impl SetRows {
    pub(super) fn is_valid(&self) -> bool {
        let mut counting = self.rows.iter().filter(|row| row.counts());
        self.errors.is_empty() && counting.all(|row| row.form.is_valid())
    }
}

impl FormSetRequest {
    /// Returns the rows that the forms may change.
    pub(super) fn query(&self) -> Query {
        let rows = Query::new(self.options.model);
        let limited = self.options.set.iter().fold(rows, |rows, (name, value)| {
            rows.filter(Condition::equals(ColumnPath::own(name), value.clone()))
        });
        Policy::new(self.options.model).ordered(limited)
    }

    /// Returns the forms of all rows, and empty ones for new rows.
    pub(super) fn unsent(&self, conn: &mut Conn) -> Result<SetRows> {
        let most = i64::try_from(self.max).unwrap_or(i64::MAX);
        let existing = self.query().named_records(conn, Some(most), 0)?;
        let links = self
            .options
            .links(conn, existing.iter().map(|(record, _)| record))?;
        let extra = self.extra.min(self.max.saturating_sub(existing.len()));
        let new = std::iter::repeat_n(None, extra);
        let rows = existing.into_iter().map(Some).chain(new).enumerate();
        let rows = rows
            .map(|(index, row)| self.row(row, &links, index))
            .collect();
        Ok(SetRows {
            rows,
            errors: Vec::new(),
        })
    }

    /// Returns the forms that were sent. All rows are locked.
    pub(super) fn sent(&self, conn: &mut Conn, post: &PostData) -> Result<SetRows> {
        let mut set = SetRows::default();
        let posted = Posted {
            data: post,
            prefix: PREFIX.to_owned(),
        };
        let total = match management(&posted) {
            Ok((total, _)) => total,
            Err(error) => {
                set.errors.push(error);
                return Ok(set);
            }
        };
        if total > self.max {
            set.errors
                .push(format!("Please submit at most {} forms.", self.max));
            return Ok(set);
        }

        let mut existing = self.query().locked_named(conn)?;
        let links = self
            .options
            .links(conn, existing.iter().map(|(record, _)| record))?;
        for index in 0..total {
            let posted = Posted::row(post, PREFIX, index);
            let key = posted
                .last(self.options.model.pk().name)
                .unwrap_or_default();
            let key = parse(self.options.model.pk(), key.trim());
            let found = match key {
                None => None,
                Some(key) => {
                    let Some(at) = existing.iter().position(|(row, _)| *row.pk() == key) else {
                        self.tell_missing(&posted, &mut set);
                        continue;
                    };
                    Some(existing.remove(at))
                }
            };
            let mut row = self.row(found, &links, set.rows.len());
            row.form.bind(&posted, self.settings.time_zone);
            row.is_deleted = self.can_delete && posted.is_ticked(DELETE);
            set.rows.push(row);
        }
        Ok(set)
    }

    /// Tells that a row is not there any more, unless it was to be deleted.
    fn tell_missing(&self, posted: &Posted<'_>, set: &mut SetRows) {
        let was_to_go = self.can_delete && posted.is_ticked(DELETE);
        let one = &self.options.model.verbose_name;
        let text = format!(
            "A {one} of this page was deleted by somebody else meanwhile. Its form is gone; save the others again."
        );
        if !was_to_go && !set.errors.contains(&text) {
            set.errors.push(text);
        }
    }

    /// Creates the form number `index`, of an existing row with its name or of a new one.
    fn row(&self, row: Option<(Record, String)>, links: &Links, index: usize) -> SetRow {
        let (record, name) = row.unzip();
        let form = self.options.form(record, links, self.settings.time_zone);
        SetRow {
            form: form.prefix(format!("{PREFIX}-{index}")),
            name: name.unwrap_or_default(),
            is_deleted: false,
        }
    }
}
