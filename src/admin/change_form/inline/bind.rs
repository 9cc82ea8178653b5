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
            .inlines(true)
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
                self.bind_rows(
                    conn,
                    &mut formset,
                    (parent, original),
                    post,
                    (total, initial.min(total)),
                )?;
                Ok(formset)
            });
        found.collect()
    }

    fn bind_rows(
        &self,
        conn: &mut Conn,
        formset: &mut Formset,
        (parent, original): (Option<&Record>, Option<&Record>),
        post: &PostData,
        (total, total_initial): (usize, usize),
    ) -> Result<()> {
        // "Save as new": every row is new.
        let initial = if self.is_copy() { 0 } else { total_initial };
        let prefix = formset.prefix.clone();
        let pk = formset.model().pk();
        let posted = |at| Posted::row(post, &prefix, at);
        let keys: Vec<Option<Value>> = (0..total)
            .map(|at| {
                posted(at)
                    .last(pk.name)
                    .and_then(|text| key(pk.target(), text))
            })
            .collect();
        let wanted: Vec<Value> = keys.iter().take(initial).flatten().cloned().collect();
        let mut there: Vec<Row> = Vec::new();
        if let Some(parent) = parent.filter(|_| formset.rights.view && !wanted.is_empty()) {
            let rows = self.rows_of(formset, parent.pk()).with_pks(wanted);
            let found = if self.is_question() {
                rows.named_records(conn, None, 0)?
            } else {
                rows.locked_named(conn)?
            };
            there = self.rows(conn, formset, found)?;
        }
        // A new row must not send a primary key. Like Django, ignore the key of an existing row; refuse anything else.
        let is_missing = |at: usize, key: &Value| {
            at >= initial || there.iter().all(|row| row.form.record.pk() != key)
        };
        let claimed = keys
            .iter()
            .enumerate()
            .filter_map(|(at, key)| key.as_ref().filter(|key| is_missing(at, key)));
        let claimed: Vec<Value> = claimed.cloned().collect();
        let originals = match original.filter(|_| formset.rights.view && total_initial > 0) {
            Some(original) => {
                let keys = keys.iter().take(total_initial).flatten().cloned().collect();
                self.rows_of(formset, original.pk())
                    .with_pks(keys)
                    .records(conn, None, 0)?
            }
            None => Vec::new(),
        };
        let stored = StoredRows::new(conn, formset, claimed, parent)?;
        for (at, key) in keys.into_iter().enumerate() {
            let old = (at < initial).then(|| {
                let is_it = |row: &Row| key.as_ref() == Some(row.form.record.pk());
                there
                    .iter()
                    .position(is_it)
                    .map(|found| there.swap_remove(found))
            });
            let mut row = match old {
                Some(Some(row)) => row,
                // A user who may not change rows only gets a message that one was deleted.
                Some(None) if parent.is_some() && !formset.rights.change => {
                    formset.skip(key.as_ref().map_or(Fate::Here, |key| stored.fate(key)));
                    continue;
                }
                Some(None) => self.lost_row(formset, at),
                None if !formset.rights.add => continue,
                None => self.empty_row(formset, at),
            };
            // Skipped rows leave no gap: a page that is shown again numbers its rows consecutively.
            row.form.prefix = format!("{prefix}-{}", formset.rows.len());
            let posted = posted(at);
            if let Some(original) = originals
                .iter()
                .find(|original| Some(original.pk()) == key.as_ref())
            {
                row.copied = at < total_initial;
                row.sent_key = original.pk().to_string();
                row.form.copy_from(original, self.zone());
            }
            row.form.bind(&posted, self.zone());
            let ticked = posted
                .last("DELETE")
                .is_some_and(|text| !matches!(text.to_lowercase().as_str(), "" | "false"));
            // A user without permission to delete may still remove a row that no longer exists.
            row.delete = ticked && (formset.rights.delete || row.lost);
            let mut fate = Fate::Here;
            if row.lost {
                for bound in &mut row.form.fields {
                    bound.errors.clear();
                }
                posted
                    .last(pk.name)
                    .unwrap_or_default()
                    .clone_into(&mut row.sent_key);
                if let Some(key) = key.as_ref().filter(|_| posted.last(LOADED).is_some()) {
                    fate = stored.fate(key);
                }
                if fate != Fate::Here && !row.delete && row.form.is_sent_back_as_shown(&posted) {
                    formset.skip(fate);
                    continue;
                }
            }
            let claims = at >= initial
                && !self.is_copy()
                && posted.last(pk.name).is_some_and(|text| !text.is_empty())
                && key.is_none_or(|key| !stored.has(&key));
            let wrong = if row.delete && row.form.adding {
                // A missing row can be ticked for deletion, whatever its key is.
                None
            } else if let Some(error) = formset.lost_error(fate) {
                Some(error)
            } else if row.lost || claims {
                Some(LOST.to_owned())
            } else if row.counts()
                && !self.is_copy()
                && !matches_parent(posted.last(formset.fk.name), parent)
            {
                Some("The inline value did not match the parent instance.".to_owned())
            } else {
                None
            };
            row.form.errors.extend(wrong);
            formset.rows.push(row);
        }
        if let Some(parent) = parent {
            let (fk, key) = (formset.fk, formset.parent_key(parent));
            for row in formset.rows.iter_mut().filter(|row| row.form.adding) {
                row.form.record.set_value(fk, key.clone());
            }
        }
        Ok(())
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
