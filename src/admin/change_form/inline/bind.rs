//! Binds inline rows to submitted data.

use super::{Formset, Row};
use crate::admin::change_form::request::ChangeFormRequest;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::forms::model::{LOADED, Posted, key, management};
use crate::http::PostData;
use crate::models::{ColumnPath, Query, Record};

/// The error for a row that no longer exists, or never belonged to this parent.
const LOST: &str = "Select a valid choice. That choice is not one of the available choices.";

/// Number of rows beyond an inline's maximum that are read, so that a request cannot make the
/// server create more.
const BEYOND: usize = 1000;

impl ChangeFormRequest {
    /// Binds the rows of `parent`, or of a new row, which may be a copy of `original`, to the
    /// submitted data. The rows are locked if they are to be saved.
    pub(in crate::admin::change_form) fn bind_formsets(
        &self,
        conn: &mut Conn,
        parent: Option<&Record>,
        original: Option<&Record>,
        post: &PostData,
    ) -> Result<Vec<Formset>> {
        let found = self
            .inlines(parent, true)
            .into_iter()
            .map(|(inline, prefix, fk, rights)| {
                let mut formset = self.formset(inline, prefix, fk, rights);
                let posted = Posted {
                    data: post,
                    prefix: formset.prefix.clone(),
                };
                let Ok((total, initial)) =
                    management(&posted).map_err(|wrong| formset.errors.push(wrong))
                else {
                    let errors = std::mem::take(&mut formset.errors);
                    let mut fresh = match parent.filter(|_| rights.view) {
                        Some(parent) => {
                            let all = self.rows_of(&formset, parent.pk());
                            let found =
                                all.named_records(conn, Some(self.per_page(&formset)), 0)?;
                            Formset {
                                rows: self.rows(conn, &formset, found)?,
                                ..formset
                            }
                        }
                        None => formset,
                    };
                    self.add_empty(&mut fresh);
                    fresh.errors = errors;
                    return Ok(fresh);
                };
                let total = total.min(formset.most() + BEYOND);
                let submitted = Submitted {
                    parent,
                    original,
                    post,
                    total,
                    initial: initial.min(total),
                };
                self.bind_rows(conn, &mut formset, &submitted)?;
                Ok(formset)
            });
        found.collect()
    }

    fn bind_rows(
        &self,
        conn: &mut Conn,
        formset: &mut Formset,
        submitted: &Submitted<'_>,
    ) -> Result<()> {
        // "Save as new": every row is new.
        let initial = if self.is_copy() { 0 } else { submitted.initial };
        let keys = submitted.keys(formset);
        let mut existing = self.existing_rows(conn, formset, submitted, &keys[..initial])?;
        let originals = self.originals(conn, formset, submitted, &keys)?;

        // A new row must not send a primary key. Like Django, ignore the key of an existing row; refuse anything else.
        let is_missing = |at: usize, key: &Value| {
            at >= initial || existing.iter().all(|row| row.form.record.pk() != key)
        };
        let claimed = keys
            .iter()
            .enumerate()
            .filter_map(|(at, key)| key.as_ref().filter(|key| is_missing(at, key)));
        let claimed: Vec<Value> = claimed.cloned().collect();
        let stored = StoredRows::new(conn, formset, claimed, submitted.parent)?;

        for (at, key) in keys.iter().enumerate() {
            let key = key.as_ref();
            let mut row = if at >= initial {
                if !formset.rights.add {
                    continue;
                }
                self.empty_row(formset, at)
            } else if let Some(found) = existing
                .iter()
                .position(|row| key == Some(row.form.record.pk()))
            {
                existing.swap_remove(found)
            } else if submitted.parent.is_some() && !formset.rights.change {
                // A user who may not change rows only gets a message that one was deleted.
                formset.skip(key.map_or(Fate::Here, |key| stored.fate(key)));
                continue;
            } else {
                self.lost_row(formset, at)
            };

            // Skipped rows leave no gap: a page that is shown again numbers its rows consecutively.
            row.form.prefix = format!("{}-{}", formset.prefix, formset.rows.len());
            if let Some(original) = originals.iter().find(|original| Some(original.pk()) == key) {
                row.copied = at < submitted.initial;
                row.sent_key = original.pk().to_string();
                row.form.copy_from(original, self.zone());
            }

            let posted = Posted::row(submitted.post, &formset.prefix, at);
            let fate = self.bind_row(formset, &mut row, &posted, key, &stored);
            if fate != Fate::Here && !row.delete && row.form.is_sent_back_as_shown(&posted) {
                formset.skip(fate);
                continue;
            }
            let is_new = at >= initial;
            let claims_key = is_new
                && !self.is_copy()
                && posted
                    .last(formset.model().pk().name)
                    .is_some_and(|text| !text.is_empty())
                && key.is_none_or(|key| !stored.has(key));
            let error = self.row_error(formset, &row, &posted, fate, claims_key, submitted.parent);
            row.form.errors.extend(error);
            formset.rows.push(row);
        }

        if let Some(parent) = submitted.parent {
            let (fk, key) = (formset.fk, formset.parent_key(parent));
            for row in formset.rows.iter_mut().filter(|row| row.form.adding) {
                row.form.record.set_value(fk, key.clone());
            }
        }
        Ok(())
    }

    /// Returns the rows of the parent with these keys, if the user may see them. They are locked if
    /// they are to be saved.
    fn existing_rows(
        &self,
        conn: &mut Conn,
        formset: &Formset,
        submitted: &Submitted<'_>,
        keys: &[Option<Value>],
    ) -> Result<Vec<Row>> {
        let keys: Vec<Value> = keys.iter().flatten().cloned().collect();
        let may_read = formset.rights.view && !keys.is_empty();
        let Some(parent) = submitted.parent.filter(|_| may_read) else {
            return Ok(Vec::new());
        };

        let rows = self.rows_of(formset, parent.pk()).with_pks(keys);
        let found = if self.is_question() {
            rows.named_records(conn, None, 0)?
        } else {
            rows.locked_named(conn)?
        };
        self.rows(conn, formset, found)
    }

    /// Returns the rows of the original, if the form is a copy ("Save as new") and the user may see
    /// them.
    fn originals(
        &self,
        conn: &mut Conn,
        formset: &Formset,
        submitted: &Submitted<'_>,
        keys: &[Option<Value>],
    ) -> Result<Vec<Record>> {
        let may_read = formset.rights.view && submitted.initial > 0;
        let Some(original) = submitted.original.filter(|_| may_read) else {
            return Ok(Vec::new());
        };

        let keys = keys.iter().take(submitted.initial).flatten();
        self.rows_of(formset, original.pk())
            .with_pks(keys.cloned().collect())
            .records(conn, None, 0)
    }

    /// Binds one row, and returns what has become of the row that the page showed.
    fn bind_row(
        &self,
        formset: &Formset,
        row: &mut Row,
        posted: &Posted<'_>,
        key: Option<&Value>,
        stored: &StoredRows,
    ) -> Fate {
        row.form.bind(posted, self.zone());
        let ticked = posted.is_ticked("DELETE");
        // A user without permission to delete may still remove a row that no longer exists.
        row.delete = ticked && (formset.rights.delete || row.lost);
        if !row.lost {
            return Fate::Here;
        }

        for bound in &mut row.form.fields {
            bound.errors.clear();
        }
        posted
            .last(formset.model().pk().name)
            .unwrap_or_default()
            .clone_into(&mut row.sent_key);
        key.filter(|_| posted.last(LOADED).is_some())
            .map_or(Fate::Here, |key| stored.fate(key))
    }

    /// Returns the error of a row as a whole. `claims_key` is whether a new row sent a primary key.
    fn row_error(
        &self,
        formset: &Formset,
        row: &Row,
        posted: &Posted<'_>,
        fate: Fate,
        claims_key: bool,
        parent: Option<&Record>,
    ) -> Option<String> {
        if row.delete && row.form.adding {
            // A missing row can be ticked for deletion, whatever its key is.
            None
        } else if let Some(error) = formset.lost_error(fate) {
            Some(error)
        } else if row.lost || claims_key {
            Some(LOST.to_owned())
        } else if row.counts()
            && !self.is_copy()
            && !matches_parent(posted.last(formset.fk.name), parent)
        {
            Some("The inline value did not match the parent instance.".to_owned())
        } else {
            None
        }
    }
}

/// The submitted data of an inline.
struct Submitted<'a> {
    /// The row of the form; `None` if it is new.
    parent: Option<&'a Record>,
    /// The row that a new one is a copy of.
    original: Option<&'a Record>,
    post: &'a PostData,
    /// The number of rows.
    total: usize,
    /// The number of rows that existed when the page was made; they come first.
    initial: usize,
}

impl Submitted<'_> {
    /// Returns the primary key of each row, if it sent one.
    fn keys(&self, formset: &Formset) -> Vec<Option<Value>> {
        let pk = formset.model().pk();
        let key_of = |at| {
            let posted = Posted::row(self.post, &formset.prefix, at);
            posted.last(pk.name).and_then(|text| key(pk.target(), text))
        };
        (0..self.total).map(key_of).collect()
    }
}

/// The state of a row that the page showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The row belongs to this parent, or nothing is known about it.
    Here,
    /// Somebody else deleted the row.
    Deleted,
    /// Somebody else moved the row to another parent.
    Moved,
}

/// The existing rows among the submitted keys, with their parents.
struct StoredRows {
    rows: Vec<(Value, String)>,
    /// The parent of the form; `None` if it is new, or the user may not see its rows.
    parent: Option<String>,
}

impl StoredRows {
    fn new(
        conn: &mut Conn,
        formset: &Formset,
        pks: Vec<Value>,
        parent: Option<&Record>,
    ) -> Result<Self> {
        let parent = parent
            .filter(|_| formset.rights.view)
            .map(|parent| parent.pk().to_string());
        if pks.is_empty() {
            return Ok(Self {
                rows: Vec::new(),
                parent,
            });
        }
        let paths = [
            ColumnPath::own(formset.model().pk().column),
            formset.parent_path(),
        ];
        let found = formset
            .among(pks)
            .filter(formset.belongs())
            .order_by(Vec::new())
            .rows(conn, &paths, None, 0)?;
        let pairs = found
            .into_iter()
            .filter_map(|row| <[Value; 2]>::try_from(row).ok());
        Ok(Self {
            rows: pairs.map(|[pk, to]| (pk, to.to_string())).collect(),
            parent,
        })
    }

    fn has(&self, key: &Value) -> bool {
        self.rows.iter().any(|(pk, _)| pk == key)
    }

    fn fate(&self, key: &Value) -> Fate {
        match (self.rows.iter().find(|(pk, _)| pk == key), &self.parent) {
            (None, _) => Fate::Deleted,
            (Some((_, to)), Some(parent)) if to != parent => Fate::Moved,
            (Some(_), _) => Fate::Here,
        }
    }
}

/// Whether the hidden foreign key of a row refers to the row of the form.
fn matches_parent(sent: Option<&str>, parent: Option<&Record>) -> bool {
    sent.is_none_or(|sent| {
        sent.is_empty() || parent.is_some_and(|parent| parent.pk().to_string() == sent)
    })
}

impl Formset {
    /// Counts a skipped row.
    fn skip(&mut self, fate: Fate) {
        match fate {
            Fate::Moved => self.moved += 1,
            Fate::Deleted | Fate::Here => self.gone += 1,
        }
    }

    /// Adds an empty row, for browsers without scripts.
    pub(in crate::admin::change_form) fn add_row(&mut self, screen: &ChangeFormRequest) {
        if self.rights.add && self.rows.len() < self.most() {
            let row = screen.empty_row(self, self.rows.len());
            self.rows.push(row);
        }
    }

    /// Removes all errors, because the form is only shown again.
    pub(in crate::admin::change_form) fn forgive(&mut self) {
        self.errors.clear();
        for row in &mut self.rows {
            row.form.errors.clear();
            for bound in &mut row.form.fields {
                bound.errors.clear();
            }
        }
    }

    /// Returns the query for the rows with these primary keys.
    pub(super) fn among(&self, pks: Vec<Value>) -> Query {
        Query::new(self.model()).with_pks(pks)
    }
}
