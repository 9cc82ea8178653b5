//! The rules of users and groups: nobody can grant or gain permissions that they do not have.
//!
//! A user who is not a superuser
//! - can see superusers, but cannot change or delete them, or set their passwords;
//! - cannot make anybody a superuser;
//! - can grant users and groups only their own permissions, and add users only to groups without
//!   others;
//! - cannot set the password or the email address of a user who has permissions that they lack:
//!   with either they could log in as that user.
//!
//! Nobody can delete their own account, or remove their own access to the admin.

use diesel::query_source::Column;

use crate::auth::permissions::{self, Permissions};
use crate::auth::{User, normalized_email};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{FieldList, FieldName, Record};
use crate::records::{Change, FieldError, SaveModel, SavedModel};
use crate::schema::auth_user;

/// Whether a user with `permissions` may do `action` to the account `user`.
pub(super) fn has_permission(
    permissions: &Permissions,
    action: &str,
    user: Option<&Record>,
) -> bool {
    if action == "add" {
        // Otherwise a user without `change_user` could give a new user permissions.
        return permissions.has_perm("auth.change_user");
    }
    let Some(user) = user else { return true };
    // A model that describes the table without this column must not hide the superuser status.
    let is_superuser = user.get(auth_user::is_superuser).is_none_or(Value::is_true);
    let may_touch = permissions.is_superuser() || !is_superuser;
    match action {
        "change" => may_touch,
        "delete" => may_touch && !is_own(permissions, user),
        _ => true,
    }
}

/// Whether `user` is the account of the user with `permissions`.
pub(super) fn is_own(permissions: &Permissions, user: &Record) -> bool {
    permissions
        .user_id()
        .is_some_and(|id| user.pk().as_i64() == Some(id.into()))
}

/// Returns the fields that only superusers may change.
pub(super) fn readonly_fields(asking: &User, _: Option<&Record>) -> FieldList {
    if asking.is_superuser {
        FieldList::default()
    } else {
        FieldList::new((auth_user::is_superuser,))
    }
}

/// Whether `user` has permissions that the user with `permissions` lacks. An inactive user counts as active.
pub(crate) fn outranks(conn: &mut Conn, user: &User, permissions: &Permissions) -> Result<bool> {
    if permissions.is_superuser() || permissions.user_id() == Some(user.id) {
        return Ok(false);
    }
    let theirs = Permissions::load(
        conn,
        &User {
            is_active: true,
            ..user.clone()
        },
    )?;
    Ok(theirs.is_superuser()
        || theirs
            .granted()
            .any(|granted| !permissions.has_perm(granted)))
}

/// Returns the errors of a change to a user.
pub(super) fn check_user(conn: &mut Conn, change: &Change<'_>) -> Result<Vec<FieldError>> {
    let mut wrong = Vec::new();
    if change.before.is_none() {
        // "Save as new" was never offered here: the copy would have no password.
        wrong.push(FieldError::whole_form(
            "A new user begins with a name and a password, on the page that adds users.",
        ));
    }
    if is_own(change.permissions, change.after) {
        wrong.extend(own_access(change, auth_user::is_active, "log in"));
        wrong.extend(own_access(change, auth_user::is_staff, "enter this site"));
        wrong.extend(own_access(change, auth_user::is_superuser, "do everything"));
    }
    if change.permissions.is_superuser() {
        return Ok(wrong);
    }
    wrong.extend(check_granted(conn, change, "auth_user_user_permissions")?);
    for (name, groups) in added_through(change, "auth_user_groups") {
        let of_groups = permissions::of_groups(conn, &ids(&groups))?;
        let refused = refusal(change.permissions, of_groups);
        wrong.extend(refused.map(|text| FieldError::named(name, text)));
    }
    if change.changes(auth_user::email) && outranks_record(conn, change)? {
        let text = "This user has permissions that you lack: with another address a new password could be had.";
        wrong.push(FieldError::new(auth_user::email, text));
    }
    Ok(wrong)
}

/// Returns the error if users would take from their own account what `column` allows.
fn own_access<C>(change: &Change<'_>, column: C, allowed: &str) -> Option<FieldError>
where
    C: Column + Copy + FieldName<C::Table>,
{
    let text = || {
        format!(
            "This is your own account: you could no longer {allowed}. Ask another administrator."
        )
    };
    change
        .unticks(column)
        .then(|| FieldError::new(column, text()))
}

/// Normalizes the email address as Django does.
pub(super) fn save_user(
    conn: &mut Conn,
    record: &mut Record,
    save: SaveModel<'_>,
) -> Result<SavedModel> {
    if let Some(Value::Text(email)) = record.get(auth_user::email) {
        let normal = normalized_email(email);
        record.set(auth_user::email, normal);
    }
    save.save(conn, record)
}

/// Returns the errors of a change to a group.
pub(super) fn check_group(conn: &mut Conn, change: &Change<'_>) -> Result<Vec<FieldError>> {
    if change.permissions.is_superuser() {
        Ok(Vec::new())
    } else {
        check_granted(conn, change, "auth_group_permissions")
    }
}

/// Refuses permissions that are granted through the link table `table`, if the user lacks them.
fn check_granted(conn: &mut Conn, change: &Change<'_>, table: &str) -> Result<Vec<FieldError>> {
    let mut wrong = Vec::new();
    for (name, added) in added_through(change, table) {
        let granted = permissions::named(conn, &ids(&added))?;
        let refused = refusal(change.permissions, granted);
        wrong.extend(refused.map(|text| FieldError::named(name, text)));
    }
    Ok(wrong)
}

/// Returns the many-to-many fields over the link table `table`, whatever their names in the model,
/// with the rows that are added.
fn added_through(change: &Change<'_>, table: &str) -> Vec<(&'static str, Vec<Value>)> {
    let model = change.after.model;
    let names = change.links.iter().map(|links| links.field.name);
    let over_table =
        names.filter(|name| model.many(name).is_some_and(|many| many.through() == table));
    over_table
        .map(|name| (name, change.added_to(name)))
        .collect()
}

/// Returns the error if a user with the permissions `own` must not grant all of `granted`.
fn refusal(own: &Permissions, granted: Vec<String>) -> Option<String> {
    let mut lacking: Vec<String> = granted
        .into_iter()
        .filter(|name| !own.has_perm(name))
        .collect();
    lacking.sort();
    lacking.dedup();
    let some = lacking
        .iter()
        .take(5)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let more = lacking.len().saturating_sub(5);
    let and = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!lacking.is_empty())
        .then(|| format!("You cannot grant permissions that you do not have: {some}{and}."))
}

fn outranks_record(conn: &mut Conn, change: &Change<'_>) -> Result<bool> {
    let id = change
        .after
        .pk()
        .as_i64()
        .and_then(|id| i32::try_from(id).ok());
    let user = id.map(|id| User::find(conn, id)).transpose()?.flatten();
    user.map_or(Ok(false), |user| outranks(conn, &user, change.permissions))
}

fn ids(values: &[Value]) -> Vec<i32> {
    values
        .iter()
        .filter_map(|value| i32::try_from(value.as_i64()?).ok())
        .collect()
}
