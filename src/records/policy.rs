//! [`Policy`]: the rules for the rows of one model.

use super::hooks::SaveModel;
use super::{Actor, Change, Deleting, FieldError, Hooks, RecordChange, Saving, rules};
use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{ColumnPath, Meta, Order, Query, Record};

/// Number of rows in one permission check.
const CHUNK: i64 = 500;

/// The rules for the rows of one model: the rules of the model itself (`rules`), the hooks of the
/// site author, and the author's order.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The model.
    pub model: &'static Meta,
    rules: &'static Hooks,
    hooks: &'a Hooks,
    ordering: Option<&'a [Order]>,
}

impl<'a> Policy<'a> {
    /// Creates the policy of a model for which the site author has set no options.
    pub fn new(model: &'static Meta) -> Self {
        Self {
            model,
            rules: rules::for_model(model),
            hooks: &Hooks::NONE,
            ordering: None,
        }
    }

    /// Adds the hooks of a site author. They can only forbid more than the rules of the model.
    #[must_use]
    pub fn with_hooks(self, hooks: &'a Hooks) -> Self {
        Self { hooks, ..self }
    }

    /// Lists the rows in this order instead of the model's.
    #[must_use]
    pub fn with_ordering(self, ordering: Option<&'a [Order]>) -> Self {
        Self { ordering, ..self }
    }

    fn all_hooks(&self) -> [&'a Hooks; 2] {
        [self.rules, self.hooks]
    }

    /// Whether a user with `permissions` may `view`, `add`, `change` or `delete`. Users who may change rows may view them.
    /// `record` is the row, if the question is about one.
    pub fn may(&self, permissions: &Permissions, action: &str, record: Option<&Record>) -> bool {
        let has = |action: &str| {
            // Superusers have every permission: the name of the permission is not put together for them.
            (permissions.is_superuser() || permissions.has_perm(&self.model.permission(action)))
                && self.hooks_permit(permissions, action, record)
        };

        has(action) || (action == "view" && has("change"))
    }

    /// Whether a user with `permissions` may run at least one of `actions` on each of `rows`. The rows are read only if the
    /// model has permissions for single rows.
    pub fn may_for_each(
        &self,
        conn: &mut Conn,
        permissions: &Permissions,
        actions: &[&str],
        rows: &Query,
    ) -> Result<bool> {
        if !self.has_row_permissions() {
            return Ok(true);
        }

        let may = |record: &Record| {
            let mut actions = actions.iter();
            actions.any(|action| self.may(permissions, action, Some(record)))
        };
        let mut chunks = rows.chunks(CHUNK);
        while let Some(records) = chunks.next(conn)? {
            if !records.iter().all(may) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether each hook allows `action` on `record`, or on the model as a whole.
    fn hooks_permit(
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
    pub fn has_row_permissions(&self) -> bool {
        self.all_hooks()
            .iter()
            .any(|hooks| hooks.has_permission.is_some())
    }

    /// Whether each hook allows the URL parameter `key`.
    pub(crate) fn hooks_permit_lookup(&self, key: &str) -> bool {
        self.all_hooks()
            .iter()
            .all(|hooks| hooks.lookup_allowed.is_none_or(|allowed| allowed(key)))
    }

    /// Returns the rows that `user` may see (Django's `get_queryset`).
    pub fn queryset(&self, user: &User) -> Query {
        self.limit(Query::new(self.model), user)
    }

    /// Whether hooks limit the rows that `user` may see.
    pub(crate) fn limits_rows(&self, user: &User) -> bool {
        let all = Query::new(self.model);
        self.limit(all.clone(), user) != all
    }

    /// Limits `rows` to those that `user` may see.
    pub fn limit(&self, rows: Query, user: &User) -> Query {
        let limits = self
            .all_hooks()
            .into_iter()
            .filter_map(|hooks| hooks.queryset);
        limits.fold(rows, |rows, limit| limit(rows, user))
    }

    /// Returns the fields that `user` may see and not change.
    pub fn fixed_fields(&self, user: &User, record: Option<&Record>) -> Vec<&'static str> {
        let hooks = self
            .all_hooks()
            .into_iter()
            .filter_map(|hooks| hooks.readonly_fields);
        hooks.flat_map(|hook| hook(user, record)).collect()
    }

    /// Returns the author's order of the rows, or else the model's.
    pub fn ordering(&self) -> &'a [Order] {
        self.ordering
            .filter(|order| !order.is_empty())
            .unwrap_or(&self.model.ordering)
    }

    /// Returns `rows` in the order in which rows of the model are listed. Ties are broken by primary key, so that pages of
    /// rows do not overlap.
    pub fn ordered(&self, rows: Query) -> Query {
        let mut order: Vec<Order> = self
            .ordering()
            .iter()
            .flat_map(|order| self.model.ordered(order))
            .collect();
        order.push(Order {
            path: ColumnPath::own(self.model.pk().column),
            descending: false,
        });

        rows.order_by(order)
    }

    /// Returns the errors that concern several fields of `record`.
    pub fn clean(&self, record: &Record) -> Vec<FieldError> {
        let hooks = self.all_hooks().into_iter().filter_map(|hooks| hooks.clean);
        hooks.flat_map(|clean| clean(record)).collect()
    }

    /// Returns the errors that depend on the user or the database. The hook of the site author is not called for a change
    /// that the rules of the model refuse.
    pub fn check(
        &self,
        conn: &mut Conn,
        change: &RecordChange<'_>,
        actor: &Actor,
    ) -> Result<Vec<FieldError>> {
        let change = Change {
            user: &actor.user,
            permissions: &actor.permissions,
            before: change.before,
            after: &change.after,
            links: &change.links,
        };

        for check in self.all_hooks().into_iter().filter_map(|hooks| hooks.check) {
            let errors = check(conn, &change)?;
            if !errors.is_empty() {
                return Ok(errors);
            }
        }
        Ok(Vec::new())
    }

    /// Saves a row with the site author's `save_model` around the model's rules, so that the rules decide.
    pub(super) fn save_model(
        &self,
        conn: &mut Conn,
        record: &mut Record,
        stamped: Vec<&'static str>,
        user: &User,
        saving: Saving<'_>,
    ) -> Result<()> {
        let save = SaveModel {
            user,
            saving,
            stamped,
            rules: self.rules.save_model,
        };
        match self.hooks.save_model {
            Some(hook) => hook(conn, record, save)?,
            None => save.save(conn, record)?,
        };
        Ok(())
    }

    /// Calls `save_related`. Call it when everything that belongs to the row is saved.
    pub(crate) fn save_related(
        &self,
        conn: &mut Conn,
        record: &Record,
        saving: &Saving<'_>,
    ) -> Result<()> {
        let hooks = self.all_hooks().into_iter();
        for hook in hooks.filter_map(|hooks| hooks.save_related) {
            hook(conn, record, saving)?;
        }
        Ok(())
    }

    /// Whether a hook is called when a row is saved.
    pub(super) fn has_save_hook(&self) -> bool {
        self.all_hooks()
            .iter()
            .any(|hooks| hooks.save_model.is_some() || hooks.save_related.is_some())
    }

    /// Whether `before_delete` does anything.
    pub(super) fn has_delete_hook(&self) -> bool {
        self.all_hooks()
            .iter()
            .any(|hooks| hooks.delete_model.is_some())
    }

    /// Calls `delete_model`.
    pub(super) fn before_delete(
        &self,
        conn: &mut Conn,
        record: &Record,
        deleting: &Deleting<'_>,
    ) -> Result<()> {
        let hooks = self.all_hooks().into_iter();
        for hook in hooks.filter_map(|hooks| hooks.delete_model) {
            hook(conn, record, deleting)?;
        }
        Ok(())
    }
}
