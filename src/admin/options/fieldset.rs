//! Groups of fields in a form.

use std::marker::PhantomData;

use crate::models::FieldNames;

/// A group of fields in a form of the model with the table `T`.
#[derive(Debug, Clone)]
pub struct Fieldset<T = ()> {
    /// The heading; "" for none.
    pub title: &'static str,
    /// Columns and many-to-many fields, line by line.
    pub lines: Vec<Vec<&'static str>>,
    /// A description below the heading.
    pub description: &'static str,
    /// Whether the group is closed at first.
    pub collapsed: bool,
    table: PhantomData<T>,
}

impl Fieldset {
    /// Creates a group for [`get_fieldsets`](super::ModelAdmin::get_fieldsets): `Fieldset::of("Dates",
    /// (post::written_at,))`.
    pub fn of<T>(title: &'static str, fields: impl FieldNames<T>) -> Self {
        Fieldset::<T>::new(title, fields).untyped()
    }
}

impl<T> Fieldset<T> {
    /// Creates a group of fields, one in each line.
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

    /// Adds fields side by side in one line.
    #[must_use]
    pub fn line(mut self, fields: impl FieldNames<T>) -> Self {
        self.lines.push(fields.names());
        self
    }

    /// Sets the description below the heading.
    #[must_use]
    pub fn description(mut self, text: &'static str) -> Self {
        self.description = text;
        self
    }

    /// Closes the group at first (Django's class `collapse`).
    #[must_use]
    pub fn collapse(mut self) -> Self {
        self.collapsed = true;
        self
    }

    /// Returns the group for any model, as [`get_fieldsets`](super::ModelAdmin::get_fieldsets) returns it.
    pub fn untyped(self) -> Fieldset {
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

    /// Returns every name in the group.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.lines.iter().flatten().copied()
    }
}
