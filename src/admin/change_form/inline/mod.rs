//! Rows of other models inside a form (Django's inline formsets).

mod bind;
mod check;
mod load;
mod save;
mod show;

use super::screen::Screen;
use super::shape::Shape;
use crate::admin::options::Inline;
use crate::db::{Paginator, Value};
use crate::forms::model::{BoundField, ModelField, ModelForm};
use crate::models::{Field, Meta, Reverse};

pub(super) use show::Inside;
pub(in crate::admin) use show::{ShownInline, ShownRow};

/// What a user may do with the rows of an inline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    view: bool,
    add: bool,
    change: bool,
    delete: bool,
}

/// One row inside a form.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) form: ModelForm,
    /// What it is called; "" for a new one.
    name: String,
    /// Whether it is to be deleted.
    delete: bool,
    /// Whether it is one that should be there and is not.
    lost: bool,
    /// The primary key that was sent for a row that is not there any more, or of which this is a copy; "" for others.
    sent_key: String,
    /// Whether it is the copy of a row of another parent ("Save as new").
    copied: bool,
    /// What its many-to-many fields link to, by name.
    linked: Vec<(&'static str, Vec<Value>)>,
}

/// The rows of one inline: those that are there first, then new ones.
#[derive(Debug)]
pub(super) struct Formset {
    pub(super) inline: &'static Inline,
    /// `items`
    pub(super) prefix: String,
    /// The key to the parent.
    fk: &'static Field,
    rights: Rights,
    /// The form of a row that is there, and of a new one.
    old: Shape,
    new: Shape,
    pub(super) rows: Vec<Row>,
    /// The row that is being written, by its position in `rows`.
    pub(super) writing: Option<usize>,
    /// What is wrong with the rows as a whole.
    pub(super) errors: Vec<String>,
    /// How many rows somebody else has deleted meanwhile that were not touched here.
    gone: usize,
    /// How many rows somebody else has moved to another parent meanwhile that were not touched here.
    moved: usize,
    /// Which page of the rows this is, where there are many.
    page: Option<(Paginator, i64)>,
}

/// The key of the inline's rows to `parent`.
fn key_to(inline: &'static Inline, parent: &Meta) -> Option<&'static Field> {
    let leads = |field: &&Field| {
        field
            .relation
            .as_ref()
            .is_some_and(|relation| relation.to() == parent)
    };
    match inline.fk_column {
        Some(column) => inline.model.column(column),
        None => inline.model.fields.iter().find(leads),
    }
}

impl Screen {
    /// What the user may do with an inline's rows; they may do nothing with those of a row that they may not change.
    fn rights(&self, inline: &Inline, may_edit: bool) -> Rights {
        let may = |action| self.actor.may_inside(inline, action);
        Rights {
            view: may("view"),
            add: may_edit && may("add"),
            change: may_edit && may("change"),
            delete: may_edit && inline.can_delete && may("delete"),
        }
    }

    /// The inlines of which the user gets to see something, with their prefixes and keys.
    fn inlines(&self, may_edit: bool) -> Vec<(&'static Inline, String, &'static Field, Rights)> {
        let mut taken: Vec<String> = Vec::new();
        let inlines = self.known.options.inlines.iter().filter_map(|inline| {
            let rights = self.rights(inline, may_edit);
            let fk = key_to(inline, self.model())?;
            if !(rights.view || rights.add || rights.delete) {
                return None;
            }
            let accessor = Reverse {
                model: inline.model,
                field: fk,
            }
            .accessor();
            let before = taken.iter().filter(|name| **name == accessor).count();
            taken.push(accessor.clone());
            let prefix = if before == 0 {
                accessor
            } else {
                format!("{accessor}-{}", before + 1)
            };
            Some((inline, prefix, fk, rights))
        });
        inlines.collect()
    }
}

impl Formset {
    /// The model of its rows.
    pub(super) fn model(&self) -> &'static Meta {
        self.inline.model
    }

    /// Whether files can be sent with its rows.
    pub(super) fn takes_files(&self) -> bool {
        self.old
            .edited()
            .into_iter()
            .chain(self.new.edited())
            .any(ModelField::is_file)
    }

    /// Whether rows are added.
    pub(super) fn adds(&self) -> bool {
        self.rows
            .iter()
            .any(|row| row.form.adding && !row.lost && !row.delete && row.counts())
    }

    /// The forms of the rows that are to be saved.
    pub(super) fn counting(&mut self) -> impl Iterator<Item = &mut ModelForm> {
        self.rows
            .iter_mut()
            .filter(|row| !row.delete && !row.lost && row.counts())
            .map(|row| &mut row.form)
    }

    /// Says how many rows somebody else has deleted or moved meanwhile.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let deleted = (self.gone > 0).then(|| deleted_meanwhile(self.model(), self.gone));
        let moved = (self.moved > 0).then(|| {
            let parent = &self.parent_model().verbose_name;
            format!(
                "{} moved to another {parent} meanwhile.",
                counted_were(self.model(), self.moved)
            )
        });
        deleted.into_iter().chain(moved)
    }

    /// The model of the parent.
    fn parent_model(&self) -> &'static Meta {
        self.fk
            .relation
            .as_ref()
            .map_or(self.inline.model, |relation| relation.to())
    }

    /// How many rows are there already.
    fn initial(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| row.lost || row.copied || !row.form.adding)
            .count()
    }

    /// Whether nothing is wrong so far. What is wrong with rows that go, or that nobody touched, does not count.
    pub(super) fn is_valid(&self) -> bool {
        self.errors.is_empty()
            && self
                .rows
                .iter()
                .all(|row| !row.counts() || row.form.is_valid())
    }
}

/// `2 order items were deleted meanwhile.`
pub(in crate::admin) fn deleted_meanwhile(model: &Meta, count: usize) -> String {
    format!("{} deleted meanwhile.", counted_were(model, count))
}

/// `2 order items were`
fn counted_were(model: &Meta, count: usize) -> String {
    let were = if count == 1 { "was" } else { "were" };
    let counted = model.counted(i64::try_from(count).unwrap_or(i64::MAX));
    format!("{count} {counted} {were}")
}

impl Row {
    /// Whether what was typed into it is to be looked at.
    fn counts(&self) -> bool {
        let touched = || self.form.fields.iter().any(BoundField::is_touched);
        let is_there = self.lost || self.copied || !self.form.adding;
        !self.form.errors.is_empty() || (!self.delete && (is_there || touched()))
    }
}
