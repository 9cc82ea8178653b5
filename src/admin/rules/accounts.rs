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

use crate::admin::options::Change;
use crate::auth::permissions::{self, Permissions};
use crate::auth::{User, normalized_email};
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
    Ok(theirs.is_superuser() || theirs.granted().any(|granted| !permissions.has_perm(granted)))
}

/// What is wrong with a change to a user.
pub(super) fn check_user(conn: &mut Conn, change: &Change<'_>) -> Result<Vec<(&'static str, String)>> {
    let mut wrong = Vec::new();
    if change.before.is_none() {
        // "Save as new" was never offered here: the copy would have no password.
        wrong.push(("", "A new user begins with a name and a password, on the page that adds users.".to_owned()));
    }
    if is_own(change.permissions, change.after) {
        let own = [("is_active", "log in"), ("is_staff", "enter this site"), ("is_superuser", "do everything")];
        let lost = own.into_iter().filter(|(name, _)| change.unticks(name));
        wrong.extend(lost.map(|(name, what)| {
            (name, format!("This is your own account: you could no longer {what}. Ask another administrator."))
        }));
    }
    if change.permissions.is_superuser() {
        return Ok(wrong);
    }
    wrong.extend(check_granted(conn, change, "user_permissions")?);
    let groups = change.added("groups");
    let of_groups = permissions::of_groups(conn, &ids(&groups))?;
    wrong.extend(refusal(change.permissions, of_groups).map(|text| ("groups", text)));
    if change.changes("email") && outranks_record(conn, change)? {
        let text = "This user has permissions that you lack: with another address a new password could be had.";
        wrong.push(("email", text.to_owned()));
    }
    Ok(wrong)
}

/// An address is kept as Django keeps it.
#[expect(clippy::unnecessary_wraps, reason = "the hook's type")]
pub(super) fn save_user(_: &mut Conn, record: &mut Record, _: bool, _: &User) -> Result<()> {
    if let Some(Value::Text(email)) = record.get("email") {
        let normal = normalized_email(email);
        record.set("email", normal);
    }
    Ok(())
}

/// What is wrong with a change to a group.
pub(in crate::apps::accounts::admin) fn check_group(
    conn: &mut Conn,
    change: &Change<'_>,
) -> Result<Vec<(&'static str, String)>> {
    if change.permissions.is_superuser() { Ok(Vec::new()) } else { check_granted(conn, change, "permissions") }
}

fn check_granted(conn: &mut Conn, change: &Change<'_>, field: &'static str) -> Result<Vec<(&'static str, String)>> {
    let granted = permissions::named(conn, &ids(&change.added(field)))?;
    Ok(refusal(change.permissions, granted).map(|text| (field, text)).into_iter().collect())
}

/// Why these may not be granted by who has `own`.
fn refusal(own: &Permissions, granted: Vec<String>) -> Option<String> {
    let mut lacking: Vec<String> = granted.into_iter().filter(|name| !own.has_perm(name)).collect();
    lacking.sort();
    lacking.dedup();
    let some = lacking.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = lacking.len().saturating_sub(5);
    let and = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!lacking.is_empty()).then(|| format!("You cannot grant permissions that you do not have: {some}{and}."))
}

fn outranks_record(conn: &mut Conn, change: &Change<'_>) -> Result<bool> {
    let id = change.after.pk().as_i64().and_then(|id| i32::try_from(id).ok());
    let user = id.map(|id| User::find(conn, id)).transpose()?.flatten();
    user.map_or(Ok(false), |user| outranks(conn, &user, change.permissions))
}

fn ids(values: &[Value]) -> Vec<i32> {
    values.iter().filter_map(|value| i32::try_from(value.as_i64()?).ok()).collect()
}
