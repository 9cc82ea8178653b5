//! [`ChoiceLimits`]: the rows that a user may choose for the relations of a form.

use std::sync::Arc;

use diesel::query_source::Column;

use super::{HookRequest, Inline, ModelAdmin, Options};
use crate::admin::AdminSite;
use crate::forms::model::ModelForm;
use crate::models::{Condition, ManyToMany, Meta, Model};

/// Returns the limit of the rows that a relation can be set to; `None` for all rows.
pub type LimitChoices = fn(&HookRequest<'_>) -> Option<Condition>;

/// The limits of the relations of a form for one request, by the names of the fields.
#[derive(Debug, Clone, Default)]
pub(in crate::admin) struct ChoiceLimits(Vec<(&'static str, Arc<Condition>)>);

impl ChoiceLimits {
    /// Limits the fields of `form`.
    pub(in crate::admin) fn apply(&self, form: &mut ModelForm) {
        for bound in &mut form.fields {
            let key = bound.field.key();
            let limits = self.0.iter().filter(|(name, _)| *name == key);
            bound.limit = limits.map(|(_, limit)| Arc::clone(limit)).next_back();
        }
    }
}

impl<M: Model> ModelAdmin<M> {
    /// Limits the rows that a foreign key can be set to, for each request (Django's `formfield_for_foreignkey`). The limit
    /// applies to the choices, to the search for them, and to the values that are sent. A row may keep the value that it has.
    ///
    /// ```
    /// use nuages::admin::{ModelAdmin, LogEntry};
    /// use nuages::models::Condition;
    /// use nuages::schema::{auth_user, django_admin_log as log};
    ///
    /// fn entries(admin: ModelAdmin<LogEntry>) -> ModelAdmin<LogEntry> {
    ///     admin.formfield_for_foreignkey(log::user_id, |request| {
    ///         (!request.user.is_superuser).then(|| Condition::new(auth_user::id, request.user.id))
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn formfield_for_foreignkey<C: Column<Table = M::Table>>(
        mut self,
        _key: C,
        limit: LimitChoices,
    ) -> Self {
        self.options.choice_limits.push((C::NAME, limit));
        self
    }

    /// Limits the rows that a many-to-many field can refer to, for each request (Django's `formfield_for_manytomany`).
    #[must_use]
    pub fn formfield_for_manytomany(
        mut self,
        field: ManyToMany<M::Table>,
        limit: LimitChoices,
    ) -> Self {
        self.options.choice_limits.push((field.name, limit));
        self
    }
}

impl Options {
    /// Returns the limits for this request.
    pub(in crate::admin) fn choice_limits(&self, request: &HookRequest<'_>) -> ChoiceLimits {
        let limits = self.choice_limits.iter();
        let limited = limits.filter_map(|(name, limit)| Some((*name, Arc::new(limit(request)?))));
        ChoiceLimits(limited.collect())
    }

    /// Returns the limit of one field.
    fn limit_of(&self, key: &str, request: &HookRequest<'_>) -> Option<Condition> {
        let mut limits = self.choice_limits.iter();
        let (_, limit) = limits.rfind(|(name, _)| *name == key)?;
        limit(request)
    }
}

impl AdminSite {
    /// Returns the limit of the rows that autocomplete finds for the field `key` of `model`: that of the model's own
    /// registration. If the model is not registered, the limit of one of its inlines must allow the row.
    pub(in crate::admin) fn limit_for_search(
        &self,
        model: &'static Meta,
        key: &str,
        request: &HookRequest<'_>,
    ) -> Option<Condition> {
        if let Some(registered) = self.registered(model) {
            return registered.options.limit_of(key, request);
        }

        let inlines = self
            .models()
            .iter()
            .flat_map(|registered| &registered.options.inlines);
        let of_model = |inline: &&Inline| inline.model == model;
        let limits: Option<Vec<Condition>> = inlines
            .filter(of_model)
            .map(|inline| inline.options.limit_of(key, request))
            .collect();
        limits
            .filter(|limits| !limits.is_empty())
            .map(Condition::Any)
    }
}
