//! The permissions that a deletion needs, for the pages of the admin and for the API.

use crate::admin::AdminSite;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::models::{Collector, Meta, Preview};

impl AdminSite {
    /// Returns the models of the admin that have rows to delete which a user with `permissions` may not delete.
    pub(crate) fn not_deletable(
        &self,
        conn: &mut Conn,
        permissions: &Permissions,
        collector: &Collector,
        preview: &Preview,
    ) -> Result<Vec<&'static Meta>> {
        let mut models = Vec::new();
        for rows in collector.sets() {
            let mut counts = preview.counts.iter();
            let goes = counts.any(|(model, _)| *model == rows.model());
            let Some(registered) = self.registered(rows.model()).filter(|_| goes) else {
                continue;
            };

            let policy = registered.policy();
            let may = policy.may(permissions, "delete", None)
                && policy.may_for_each(conn, permissions, &["delete"], rows)?;
            if !may {
                models.push(registered.model);
            }
        }
        Ok(models)
    }
}
