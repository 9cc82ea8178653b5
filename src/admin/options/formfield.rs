//! What a field looks like in this admin's forms, where that is not what the model says of it.

use std::mem::discriminant;

use diesel::query_source::Column;

use super::Options;
use crate::forms::model::ModelField;
use crate::models::FieldKind;

/// Another label, help or control for a field (Django's `formfield_overrides` and `formfield_for_dbfield`).
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
    /// A column of the rows that can be chosen: its values are the groups they are offered in.
    pub(in crate::admin) group_by: Option<&'static str>,
}

impl FormField {
    /// Nothing else than what the model says.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the field is called, also in the history of what was changed.
    #[must_use]
    pub fn label(mut self, text: &'static str) -> Self {
        self.label = Some(text);
        self
    }

    /// What stands beside it; `""` for nothing.
    #[must_use]
    pub fn help_text(mut self, text: &'static str) -> Self {
        self.help_text = Some(text);
        self
    }

    /// What stands in the empty control of a text or a number.
    #[must_use]
    pub fn placeholder(mut self, text: &'static str) -> Self {
        self.placeholder = Some(text);
        self
    }

    /// A text is typed in so many lines at once; in one where `rows` is 1.
    #[must_use]
    pub fn textarea(mut self, rows: u8) -> Self {
        self.rows = Some(rows.max(1));
        self
    }

    /// Offers the rows that a relation can lead to in groups (`<optgroup>`), one for each value of this column of theirs. A
    /// row that is added in a pop-up window joins its group, as from Django 6.1 on.
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

    /// This, and where this says nothing `other`.
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
    /// What this admin says of `field`: what was said of the field itself goes before what was said of its kind.
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
        let said = own.map(|(_, said)| said).chain(kinds.map(|(_, said)| said));
        said.fold(FormField::new(), |first, next| first.or(*next))
    }

    /// What `field` is called in forms.
    pub(in crate::admin) fn label(&self, field: ModelField) -> String {
        self.formfield(field)
            .label
            .map_or_else(|| field.label(), str::to_owned)
    }

    /// What stands beside it.
    pub(in crate::admin) fn help_text(&self, field: ModelField) -> &'static str {
        self.formfield(field)
            .help_text
            .unwrap_or_else(|| field.help_text())
    }
}

/// Whether a text of this kind can be typed in several lines, or in one.
pub(in crate::admin) fn is_text(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Char(_) | FieldKind::Text)
}
