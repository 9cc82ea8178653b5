//! Inlines: rows of other models in a form (Django's inline formsets).

mod bind;
mod check;
mod load;
mod save;
mod show;

use super::layout::Layout;
use super::request::ChangeFormRequest;
use crate::admin::options::{HookRequest, Inline};
use crate::db::{Paginator, Value};
use crate::forms::model::{BoundField, ModelField, ModelForm};
use crate::models::{
    ColumnPath, Condition, Field, Meta, Record, Relation, Reverse, Step, has_type,
};

pub(in crate::admin) use show::{ShownInline, ShownRow};

/// The user's permissions on the rows of an inline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    view: bool,
    add: bool,
    change: bool,
    delete: bool,
}

/// An inline row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) form: ModelForm,
    /// The display name; "" for a new row.
    name: String,
    /// Whether the row is to be deleted.
    delete: bool,
    /// Whether the row should exist but does not.
    lost: bool,
    /// The submitted primary key of a row that no longer exists, or of the original of a copy; ""
    /// for other rows.
    sent_key: String,
    /// Whether the row is a copy of a row of another parent ("Save as new").
    copied: bool,
    /// The links of the row's many-to-many fields, by name.
    linked: Vec<(&'static str, Vec<Value>)>,
}

/// The rows of an inline: first the existing ones, then the new ones.
#[derive(Debug)]
pub(super) struct Formset {
    pub(super) inline: &'static Inline,
    /// `items`
    pub(super) prefix: String,
    /// The foreign key to the parent, or the key beside the content type.
    fk: &'static Field,
    /// The model of the parent.
    parent: &'static Meta,
    rights: Rights,
    /// The layouts of an existing row and of a new one.
    old: Layout,
    new: Layout,
    pub(super) rows: Vec<Row>,
    /// The row that is being written, as an index of `rows`.
    pub(super) writing: Option<usize>,
    /// Errors that do not belong to a single row.
    pub(super) errors: Vec<String>,
    /// Number of rows that somebody else has deleted meanwhile and that were not changed here.
    gone: usize,
    /// Number of rows that somebody else has moved to another parent meanwhile and that were not
    /// changed here.
    moved: usize,
    /// The page of the rows, if there are many.
    page: Option<(Paginator, i64)>,
}

/// Returns the columns of an inline's rows that refer to the parent.
fn own_columns(inline: &Inline, fk: &Field) -> Vec<&'static str> {
    std::iter::once(fk.column)
        .chain(inline.content_type)
        .collect()
}

/// Returns the foreign key of the inline's rows to `parent`.
fn key_to(inline: &'static Inline, parent: &'static Meta) -> Option<&'static Field> {
    let leads = |field: &&Field| {
        field
            .relation
            .as_ref()
            .is_some_and(|relation| relation.to().is_same_table(parent))
    };
    match inline.fk_column {
        Some(column) => inline.model.column(column),
        None => inline.model.fields.iter().find(leads),
    }
}

impl ChangeFormRequest {
    /// Returns the user's permissions on an inline's rows; none if the user may not change the
    /// parent.
    fn rights(&self, inline: &Inline, may_edit: bool) -> Rights {
        let may = |action| self.actor.may_inside(inline, action);
        Rights {
            view: may("view"),
            add: may_edit && may("add"),
            change: may_edit && may("change"),
            delete: may_edit && inline.can_delete && may("delete"),
        }
    }

    /// Returns the inlines that the user may see, with their prefixes and foreign keys.
    fn inlines(
        &self,
        parent: Option<&Record>,
        may_edit: bool,
    ) -> Vec<(&'static Inline, String, &'static Field, Rights)> {
        let mut taken: Vec<String> = Vec::new();
        let request = HookRequest::new(&self.actor, &self.settings, parent);
        let declared = self.registered.options.inlines_for(&request).into_iter();
        let inlines = declared.filter_map(|inline| {
            let rights = self.rights(inline, may_edit);
            let fk = key_to(inline, self.model())?;
            if !(rights.view || rights.add || rights.delete) {
                return None;
            }
            let reverse = Reverse {
                model: inline.model,
                field: fk,
            };
            let content_type = inline.content_type.and_then(|it| inline.model.column(it));
            let accessor = content_type.map_or_else(
                || reverse.accessor(),
                |it| {
                    format!(
                        "{}-{}-{}-{}",
                        inline.model.app, inline.model.name, it.name, fk.name
                    )
                },
            );
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
    /// Returns the model of the rows.
    pub(super) fn model(&self) -> &'static Meta {
        self.inline.model
    }

    /// Returns the path from a row to the primary key of its parent.
    fn parent_path(&self) -> ColumnPath {
        if self.inline.content_type.is_some() {
            return ColumnPath::own(self.fk.column);
        }
        let pk = self.parent_model().pk().column;
        ColumnPath::own(pk).behind(Step::Forward(self.fk.column))
    }

    /// Returns the condition that rows belong to rows of the parent's model.
    fn belongs(&self) -> Condition {
        let content_type = self.inline.content_type;
        content_type.map_or(Condition::All(Vec::new()), |it| has_type(it, self.parent))
    }

    /// Returns the columns that the form sets by itself.
    fn own_columns(&self) -> Vec<&'static str> {
        own_columns(self.inline, self.fk)
    }

    /// Returns the value by which a row refers to `parent`.
    fn parent_key(&self, parent: &Record) -> Value {
        let relation = self.fk.relation.as_ref();
        let to = relation.map_or_else(|| parent.model.pk(), Relation::target);
        parent.value(to).clone()
    }

    /// Returns the maximum number of rows: one if the foreign key to the parent is unique, as in
    /// Django.
    fn most(&self) -> usize {
        if self.fk.unique {
            1
        } else {
            self.inline.max_num
        }
    }

    /// Whether the rows have file fields.
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

    /// Returns the forms of the rows that are to be saved.
    pub(super) fn counting(&mut self) -> impl Iterator<Item = &mut ModelForm> {
        self.rows
            .iter_mut()
            .filter(|row| !row.delete && !row.lost && row.counts())
            .map(|row| &mut row.form)
    }

    /// Returns messages with the numbers of rows that somebody else has deleted or moved meanwhile.
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

    /// Returns the model of the parent.
    fn parent_model(&self) -> &'static Meta {
        let relation = self.fk.relation.as_ref();
        relation.map_or(self.parent, Relation::to)
    }

    /// Returns the number of existing rows.
    fn initial(&self) -> usize {
        self.rows
            .iter()
            .filter(|row| row.lost || row.copied || !row.form.adding)
            .count()
    }

    /// Whether there are no errors so far. Errors of rows that are deleted or were not changed do
    /// not count.
    pub(super) fn is_valid(&self) -> bool {
        self.errors.is_empty()
            && self
                .rows
                .iter()
                .all(|row| !row.counts() || row.form.is_valid())
    }
}

/// Returns `2 order items were deleted meanwhile.`
pub(in crate::admin) fn deleted_meanwhile(model: &Meta, count: usize) -> String {
    format!("{} deleted meanwhile.", counted_were(model, count))
}

/// Returns `2 order items were`.
fn counted_were(model: &Meta, count: usize) -> String {
    let were = if count == 1 { "was" } else { "were" };
    let counted = model.counted(i64::try_from(count).unwrap_or(i64::MAX));
    format!("{count} {counted} {were}")
}

impl Row {
    /// Whether the row's values must be validated.
    fn counts(&self) -> bool {
        let touched = || self.form.fields.iter().any(BoundField::is_touched);
        let is_there = self.lost || self.copied || !self.form.adding;
        !self.form.errors.is_empty() || (!self.delete && (is_there || touched()))
    }
}
