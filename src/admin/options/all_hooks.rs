//! Calls the rules of a model ([`rules`](crate::admin::rules)) together with the hooks of the site author.

use super::model_admin::{Hooks, Options};
use crate::admin::Actor;
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::model::ModelForm;
use crate::models::{Query, Record};

impl Options {
    fn all_hooks(&self) -> [&Hooks; 2] {
        [self.rules, &self.hooks]
    }

    /// Whether each hook allows `action` on `record`, or on the model as a whole.
    pub(in crate::admin) fn permits(
        &self,
        permissions: &Permissions,
        action: &str,
        record: Option<&Record>,
    ) -> bool {
        let allows = |hooks: &Hooks| {
            hooks
                .has_permission
                .is_none_or(|hook| hook(permissions, action, record))
        };
        self.all_hooks().into_iter().all(allows)
    }

    /// Whether permissions can differ from row to row.
    pub(in crate::admin) fn has_row_permissions(&self) -> bool {
        self.all_hooks()
            .iter()
            .any(|hooks| hooks.has_permission.is_some())
    }

    /// Whether each hook allows the URL parameter `key`.
    pub(in crate::admin) fn permits_lookup(&self, key: &str) -> bool {
        self.all_hooks()
            .iter()
            .all(|hooks| hooks.lookup_allowed.is_none_or(|allowed| allowed(key)))
    }

    /// Limits `rows` to those that `user` may see.
    pub(in crate::admin) fn limit(&self, rows: Query, user: &User) -> Query {
        let limits = self
            .all_hooks()
            .into_iter()
            .filter_map(|hooks| hooks.queryset);
        limits.fold(rows, |rows, limit| limit(rows, user))
    }

    /// Returns the fields that `user` may see and not change, beside `readonly_fields`.
    pub(in crate::admin) fn fixed_fields(
        &self,
        user: &User,
        record: Option<&Record>,
    ) -> Vec<&'static str> {
        let hooks = self
            .all_hooks()
            .into_iter()
            .filter_map(|hooks| hooks.readonly_fields);
        hooks.flat_map(|hook| hook(user, record)).collect()
    }

    /// Adds the errors that concern several fields to `form`.
    pub(in crate::admin) fn clean(&self, form: &mut ModelForm) {
        for clean in self.all_hooks().into_iter().filter_map(|hooks| hooks.clean) {
            for (name, text) in clean(&form.row()) {
                form.add_error(name, text);
            }
        }
    }

    /// Adds the errors that depend on the user or the database to `form`, if it is valid so far.
    pub(in crate::admin) fn check_form(
        &self,
        conn: &mut Conn,
        form: &mut ModelForm,
        actor: &Actor,
    ) -> Result<()> {
        for hooks in self.all_hooks() {
            hooks.look_at(conn, form, actor)?;
        }
        Ok(())
    }

    /// Calls `save_model`: the site author's first, so that the model's rules have the last word.
    pub(in crate::admin) fn before_save(
        &self,
        conn: &mut Conn,
        record: &mut Record,
        adding: bool,
        user: &User,
    ) -> Result<()> {
        for hook in [self.hooks.save_model, self.rules.save_model]
            .into_iter()
            .flatten()
        {
            hook(conn, record, adding, user)?;
        }
        Ok(())
    }

    /// Whether `before_delete` does anything.
    pub(in crate::admin) fn has_delete_hook(&self) -> bool {
        self.all_hooks()
            .iter()
            .any(|hooks| hooks.delete_model.is_some())
    }

    /// Calls `delete_model`.
    pub(in crate::admin) fn before_delete(
        &self,
        conn: &mut Conn,
        record: &Record,
        user: &User,
    ) -> Result<()> {
        for hook in self
            .all_hooks()
            .into_iter()
            .filter_map(|hooks| hooks.delete_model)
        {
            hook(conn, record, user)?;
        }
        Ok(())
    }
}
