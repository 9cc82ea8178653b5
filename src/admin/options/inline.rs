//! Rows of another model inside a form.

use super::ModelAdmin;
use super::model_admin::Options;
use crate::models::{Meta, Model};

/// How the rows are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineKind {
    /// One row each.
    Tabular,
    /// One form each, below one another.
    Stacked,
}

/// Rows of another model that lead to the row of a form, edited with it.
#[derive(Debug)]
pub struct Inline {
    /// The other model.
    pub model: &'static Meta,
    /// How the rows are laid out.
    pub kind: InlineKind,
    /// The foreign key that leads here, by column; where there is one only, it needs no word.
    pub fk_column: Option<&'static str>,
    /// How many empty rows.
    pub extra: usize,
    /// The fewest rows.
    pub min_num: usize,
    /// The most rows.
    pub max_num: usize,
    /// How many rows a page of the form holds.
    pub per_page: usize,
    /// Whether rows can be deleted.
    pub can_delete: bool,
    /// Whether a row links to its own form.
    pub show_change_link: bool,
    /// Whether it is closed until someone opens it.
    pub collapsed: bool,
    /// Its fields, widgets and permissions, said as for a form of its own.
    pub options: Options,
}

impl Inline {
    /// Rows of `M` as a table, with the options that `say` gives them: `Inline::tabular::<Comment>(|it| it).extra(1)`.
    pub fn tabular<M: Model>(say: impl FnOnce(ModelAdmin<M>) -> ModelAdmin<M>) -> Self {
        Self::new(say(ModelAdmin::new()), InlineKind::Tabular)
    }

    /// The same, as forms below one another.
    pub fn stacked<M: Model>(say: impl FnOnce(ModelAdmin<M>) -> ModelAdmin<M>) -> Self {
        Self::new(say(ModelAdmin::new()), InlineKind::Stacked)
    }

    fn new<M: Model>(admin: ModelAdmin<M>, kind: InlineKind) -> Self {
        Self {
            model: M::meta(),
            kind,
            fk_column: None,
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

    /// How many empty rows.
    #[must_use]
    pub fn extra(mut self, rows: usize) -> Self {
        self.extra = rows;
        self
    }

    /// The fewest rows.
    #[must_use]
    pub fn min_num(mut self, rows: usize) -> Self {
        self.min_num = rows;
        self
    }

    /// The most rows.
    #[must_use]
    pub fn max_num(mut self, rows: usize) -> Self {
        self.max_num = rows;
        self
    }

    /// Rows cannot be deleted.
    #[must_use]
    pub fn cannot_delete(mut self) -> Self {
        self.can_delete = false;
        self
    }

    /// A row links to its own form.
    #[must_use]
    pub fn show_change_link(mut self) -> Self {
        self.show_change_link = true;
        self
    }

    /// The foreign key that leads here, where there are several.
    #[must_use]
    pub fn fk_name<C: diesel::query_source::Column>(mut self, _key: C) -> Self {
        self.fk_column = Some(C::NAME);
        self
    }
}
