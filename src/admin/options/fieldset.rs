//! Groups of fields in a form.

use std::marker::PhantomData;

use diesel::query_source::Column;

use crate::models::{ManyToMany, tuples};

/// What can stand in a form: a field, or a many-to-many field. The names are columns' and many-to-many fields'.
pub trait FieldName<T> {
    /// The column, or the many-to-many field's name.
    fn name(&self) -> &'static str;
}

impl<C: Column> FieldName<C::Table> for C {
    fn name(&self) -> &'static str {
        C::NAME
    }
}

impl<T> FieldName<T> for ManyToMany<T> {
    fn name(&self) -> &'static str {
        self.name
    }
}

tuples! {
    /// A tuple of fields, in the order of a form.
    FieldNames::names(FieldName::name) -> &'static str
}

impl<T> FieldNames<T> for () {
    fn names(self) -> Vec<&'static str> {
        Vec::new()
    }
}

/// A group of fields in a form of the model whose table is `T`.
#[derive(Debug, Clone)]
pub struct Fieldset<T = ()> {
    /// Its heading; "" for none.
    pub title: &'static str,
    /// Columns and many-to-many fields, line by line.
    pub lines: Vec<Vec<&'static str>>,
    /// A sentence under the heading.
    pub description: &'static str,
    /// Closed until someone opens it.
    pub collapsed: bool,
    table: PhantomData<T>,
}

impl<T> Fieldset<T> {
    /// A group of fields, one a line.
    pub(super) fn new(title: &'static str, fields: impl FieldNames<T>) -> Self {
        let lines = fields.names().into_iter().map(|name| vec![name]).collect();
        Self {
            title,
            lines,
            description: "",
            collapsed: false,
            table: PhantomData,
        }
    }

    /// More fields, beside one another in one line.
    #[must_use]
    pub fn line(mut self, fields: impl FieldNames<T>) -> Self {
        self.lines.push(fields.names());
        self
    }

    /// A sentence under the heading.
    #[must_use]
    pub fn description(mut self, text: &'static str) -> Self {
        self.description = text;
        self
    }

    /// Closed until someone opens it (Django's class `collapse`).
    #[must_use]
    pub fn collapse(mut self) -> Self {
        self.collapsed = true;
        self
    }

    pub(super) fn untyped(self) -> Fieldset {
        let Self {
            title,
            lines,
            description,
            collapsed,
            ..
        } = self;
        Fieldset {
            title,
            lines,
            description,
            collapsed,
            table: PhantomData,
        }
    }

    /// Every name in it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.lines.iter().flatten().copied()
    }
}
