//! Options of form fields that override the model's description in one admin.

use std::mem::discriminant;

use diesel::query_source::Column;

use super::Options;
use crate::forms::model::ModelField;

/// Overrides the label, help text or control of a field (Django's `formfield_overrides` and
/// `formfield_for_dbfield`).
///
/// ```
/// use nuages::admin::{FormField, ModelAdmin};
/// use nuages::auth::Group;
/// use nuages::models::FieldKind;
/// use nuages::schema::auth_group as group;
///
/// fn groups(admin: ModelAdmin<Group>) -> ModelAdmin<Group> {
///     admin
///         .formfield_overrides(FieldKind::Text, FormField::new().textarea(12))
///         .formfield((group::name,), FormField::new().label("Title").placeholder("For example: editors"))
/// }
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FormField {
    pub(in crate::admin) label: Option<&'static str>,
    pub(in crate::admin) help_text: Option<&'static str>,
    pub(in crate::admin) placeholder: Option<&'static str>,
    pub(in crate::admin) rows: Option<u8>,
    /// A column of the related rows, whose values are the groups of choices.
    pub(in crate::admin) group_by: Option<&'static str>,
}

impl FormField {
    /// Creates options that override nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the label, which is also used in the history.
    #[must_use]
    pub fn label(mut self, text: &'static str) -> Self {
        self.label = Some(text);
        self
    }

    /// Sets the help text; `""` for none.
    #[must_use]
    pub fn help_text(mut self, text: &'static str) -> Self {
        self.help_text = Some(text);
        self
    }

    /// Sets the placeholder of a text or number input.
    #[must_use]
    pub fn placeholder(mut self, text: &'static str) -> Self {
        self.placeholder = Some(text);
        self
    }

    /// Sets the number of visible lines for a text; with `rows` 1 it is a single-line input.
    #[must_use]
    pub fn textarea(mut self, rows: u8) -> Self {
        self.rows = Some(rows.max(1));
        self
    }

    /// Groups the choices of a relation (`<optgroup>`) by this column of the related rows. A row
    /// that is added in a pop-up window joins its group, as from Django 6.1 on.
    ///
    /// ```
    /// use nuages::admin::{FormField, ModelAdmin};
    /// use nuages::auth::Permission;
    /// use nuages::schema::{auth_permission as permission, django_content_type as content_type};
    ///
    /// fn permissions(admin: ModelAdmin<Permission>) -> ModelAdmin<Permission> {
    ///     admin.formfield((permission::content_type_id,), FormField::new().group_by(content_type::app_label))
    /// }
    /// ```
    #[must_use]
    pub fn group_by<C: Column>(mut self, _: C) -> Self {
        self.group_by = Some(C::NAME);
        self
    }

    /// Returns these options, completed by those of `other`.
    fn or(self, other: Self) -> Self {
        Self {
            label: self.label.or(other.label),
            help_text: self.help_text.or(other.help_text),
            placeholder: self.placeholder.or(other.placeholder),
            rows: self.rows.or(other.rows),
            group_by: self.group_by.or(other.group_by),
        }
    }
}

impl Options {
    /// Returns the options of `field`: those of the field itself override those of its kind.
    pub(in crate::admin) fn formfield(&self, field: ModelField) -> FormField {
        let own = self
            .formfields
            .iter()
            .filter(|(name, _)| *name == field.key());
        let kinds = self.formfield_overrides.iter().filter(|(kind, _)| {
            field
                .column()
                .is_some_and(|column| discriminant(&column.kind) == discriminant(kind))
        });
        let options = own
            .map(|(_, own)| own)
            .chain(kinds.map(|(_, of_kind)| of_kind));
        options.fold(FormField::new(), |first, next| first.or(*next))
    }

    /// Returns the label of `field` in forms.
    pub(crate) fn label(&self, field: ModelField) -> String {
        self.formfield(field)
            .label
            .map_or_else(|| field.label(), str::to_owned)
    }

    /// Returns the help text of `field`.
    pub(in crate::admin) fn help_text(&self, field: ModelField) -> &'static str {
        self.formfield(field)
            .help_text
            .unwrap_or_else(|| field.help_text())
    }
}
