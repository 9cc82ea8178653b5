//! Who may do what to whom: nobody gives away, or comes by, more than they have.
//!
//! Who is no superuser
//! - does not see to superusers: their accounts are shown, not changed, not deleted, and keep their passwords;
//! - makes nobody a superuser;
//! - grants, to users and to groups, only permissions of their own, and puts users only into groups that have no others;
//! - gives neither a new password nor another e-mail address to users who have permissions that they lack: with either
//!   one could log in as them.
//!
//! Nobody deletes their own account, or takes their own way into the admin from it.

use std::collections::HashSet;

use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::Record;

/// Whether whoever has `permissions` may do this to a user.
pub(super) fn has_permission(permissions: &Permissions, action: &str, user: Option<&Record>) -> bool {
    if action == "add" {
        // Else a new user's permissions could be given by who may not change users.
        return permissions.has_perm("auth.change_user");
    }
    let Some(user) = user else { return true };
    let is_superuser = user.get("is_superuser").is_some_and(Value::is_true);
    let may_touch = permissions.is_superuser() || !is_superuser;
    match action {
        "change" => may_touch,
        "delete" => may_touch && !is_own(permissions, user),
        _ => true,
    }
}

/// Whether the account is that of who asks.
pub(super) fn is_own(permissions: &Permissions, user: &Record) -> bool {
    permissions.user_id().is_some_and(|id| user.pk().as_i64() == Some(id.into()))
}

/// What nobody but a superuser decides.
pub(super) fn readonly_fields(asking: &User, _: Option<&Record>) -> Vec<&'static str> {
    if asking.is_superuser { Vec::new() } else { vec!["is_superuser"] }
}

/// Whether `user` has permissions, or would have them if they were active, that who asks lacks.
pub(super) fn outranks(conn: &mut Conn, user: &User, permissions: &Permissions) -> Result<bool> {
    if permissions.is_superuser() || permissions.user_id() == Some(user.id) {
        return Ok(false);
    }
    let theirs = Permissions::load(conn, &User { is_active: true, ..user.clone() })?;
    let own: HashSet<&str> = permissions.granted().collect();
    Ok(theirs.is_superuser() || theirs.granted().any(|granted| !own.contains(granted)))
}
