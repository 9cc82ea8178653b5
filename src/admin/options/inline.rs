//! Inlines: rows of another model in a form.

use super::ModelAdmin;
use super::model_admin::Options;
use crate::models::{Meta, Model};
use crate::records::Policy;

/// The layout of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineKind {
    /// A table with one line for each row.
    Tabular,
    /// One form for each row, one below the other.
    Stacked,
}

/// Rows of another model that refer to the form's row, and are edited together with it.
#[derive(Debug)]
pub struct Inline {
    /// The other model.
    pub model: &'static Meta,
    /// The layout of the rows.
    pub kind: InlineKind,
    /// The column of the foreign key to the form's model; only needed if there are several.
    pub fk_column: Option<&'static str>,
    /// The column with the content type of the form's row, if the inline's rows can belong to rows
    /// of any model.
    pub content_type: Option<&'static str>,
    /// Number of empty rows.
    pub extra: usize,
    /// The minimum number of rows.
    pub min_num: usize,
    /// The maximum number of rows.
    pub max_num: usize,
    /// Number of rows on one page of the form.
    pub per_page: usize,
    /// Whether rows can be deleted.
    pub can_delete: bool,
    /// Whether each row has a link to its own form.
    pub show_change_link: bool,
    /// Whether the inline is closed at first.
    pub collapsed: bool,
    /// The fields, widgets and permissions, with the same options as for a form.
    pub options: Options,
}

impl Inline {
    /// Creates an inline with rows of `M` as a table, with the options from `say`:
    /// `Inline::tabular::<Comment>(|it| it).extra(1)`.
    pub fn tabular<M: Model>(say: impl FnOnce(ModelAdmin<M>) -> ModelAdmin<M>) -> Self {
        Self::new(say(ModelAdmin::new()), InlineKind::Tabular)
    }

    /// Like [`tabular`](Self::tabular), but with forms below one another.
    pub fn stacked<M: Model>(say: impl FnOnce(ModelAdmin<M>) -> ModelAdmin<M>) -> Self {
        Self::new(say(ModelAdmin::new()), InlineKind::Stacked)
    }

    /// Whether the rows are those of `M`.
    pub fn is<M: Model>(&self) -> bool {
        self.model == M::meta()
    }

    fn new<M: Model>(admin: ModelAdmin<M>, kind: InlineKind) -> Self {
        Self {
            model: M::meta(),
            kind,
            fk_column: None,
            content_type: None,
            extra: 3,
            min_num: 0,
            max_num: 1000,
            per_page: 100,
            can_delete: true,
            show_change_link: false,
            collapsed: false,
            options: admin.into_options(),
        }
    }

    /// Declares that the inline's rows belong to the form's row by a content type and a key (Django's
    /// `GenericTabularInline`): `Inline::tabular::<Note>(|it| it).generic(note::content_type_id,
    /// note::object_id)`.
    #[must_use]
    pub fn generic<C, O>(mut self, _content_type: C, _object_id: O) -> Self
    where
        C: diesel::query_source::Column,
        O: diesel::query_source::Column<Table = C::Table>,
    {
        self.content_type = Some(C::NAME);
        self.fk_column = Some(O::NAME);
        self
    }

    /// Returns the rules for the rows of the other model.
    pub fn policy(&self) -> Policy<'_> {
        self.options.policy(self.model)
    }

    /// Sets the number of empty rows.
    #[must_use]
    pub fn extra(mut self, rows: usize) -> Self {
        self.extra = rows;
        self
    }

    /// Sets the minimum number of rows.
    #[must_use]
    pub fn min_num(mut self, rows: usize) -> Self {
        self.min_num = rows;
        self
    }

    /// Sets the maximum number of rows.
    #[must_use]
    pub fn max_num(mut self, rows: usize) -> Self {
        self.max_num = rows;
        self
    }

    /// Forbids deleting rows.
    #[must_use]
    pub fn cannot_delete(mut self) -> Self {
        self.can_delete = false;
        self
    }

    /// Adds a link from each row to its own form.
    #[must_use]
    pub fn show_change_link(mut self) -> Self {
        self.show_change_link = true;
        self
    }

    /// Sets the foreign key to the form's model, if there are several.
    #[must_use]
    pub fn fk_name<C: diesel::query_source::Column>(mut self, _key: C) -> Self {
        self.fk_column = Some(C::NAME);
        self
    }
}
