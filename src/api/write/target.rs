//! [`Target`]: the row that a request changes or deletes.

use actix_web::http::StatusCode;

use crate::api::model::ApiModel;
use crate::db::Conn;
use crate::error::{Error, Problem, Result};
use crate::http::etag_is_listed;
use crate::models::{Query, Record, parse};
use crate::records::Actor;

/// The row of a request that changes or deletes it.
#[derive(Debug, Clone)]
pub(in crate::api) struct Target {
    /// The primary key in the URL.
    pub(in crate::api) pk: String,
    /// The header `If-Match`.
    pub(in crate::api) if_match: Option<String>,
}

impl Target {
    /// Selects the row among those that the user may see; `None` if the key is not one.
    pub(in crate::api) fn rows(&self, model: &ApiModel, actor: &Actor) -> Option<Query> {
        let pk = parse(model.meta().pk().target(), &self.pk)?;
        // Texts such as ` 7` or `1_0` are other spellings of a key, which have no address.
        if pk.text() != self.pk {
            return None;
        }
        let all = model.policy().queryset(&actor.user);
        Some(all.with_pks(vec![pk]).order_by(Vec::new()))
    }

    /// Locks the row and returns it, if `actor` may do `action` to it.
    pub(super) fn locked(
        &self,
        conn: &mut Conn,
        model: &ApiModel,
        actor: &Actor,
        action: &str,
    ) -> Result<Record> {
        let rows = self.rows(model, actor).ok_or(Error::NotFound)?;
        let found = rows.locked_named(conn)?.pop();
        let (record, _) = found.ok_or(Error::NotFound)?;
        let policy = model.policy();
        if policy.may(&actor.permissions, action, Some(&record)) {
            Ok(record)
        } else {
            Err(Error::PermissionDenied)
        }
    }

    /// Returns an error (412) if `If-Match` does not fit the row.
    pub(super) fn check_match(&self, etag: &str) -> Result<()> {
        let given = self.if_match.as_deref();
        if given.is_none_or(|given| etag_is_listed(given, etag)) {
            return Ok(());
        }
        let text = "The row was changed since you read it. Nothing was written. Read it again.";
        Err(Problem::new(StatusCode::PRECONDITION_FAILED, text).into())
    }
}
