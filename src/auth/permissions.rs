//! The permissions that each model has, and those that a user has.

use std::collections::HashSet;
use std::sync::Arc;

use diesel::prelude::*;

use super::{NUAGES, User};
use crate::db::{Conn, LossyText};
use crate::error::Result;
use crate::models::AppConfig;
use crate::models::content_types::ContentType;
use crate::schema::{
    auth_group_permissions, auth_permission, auth_user_groups, auth_user_user_permissions,
    django_content_type,
};

#[derive(Debug, Insertable)]
#[diesel(table_name = auth_permission)]
struct NewPermission {
    name: String,
    content_type_id: i32,
    codename: String,
}

/// Creates the missing permissions of `app` (Django's `create_permissions`) and returns their
/// number.
pub fn create(conn: &mut Conn, app: &AppConfig) -> Result<usize> {
    let types = ContentType::ids(conn)?;
    let present: HashSet<_> = auth_permission::table
        .select((auth_permission::content_type_id, auth_permission::codename))
        .load(conn)?
        .into_iter()
        .map(|(content_type, LossyText(codename)): (i32, _)| (content_type, codename))
        .collect();
    let mut made = 0;
    for model in app.models.iter().map(|model| model()) {
        let Some(&content_type_id) = types.get(&(app.label.to_owned(), model.name.clone())) else {
            continue;
        };
        let default = model.default_permissions.iter().map(|action| {
            let codename = format!("{action}_{}", model.name);
            (codename, format!("Can {action} {}", model.verbose_name))
        });
        let own = model.permissions.iter();
        let own = own.map(|(codename, name)| ((*codename).to_owned(), (*name).to_owned()));
        for (codename, name) in default.chain(own) {
            if present.contains(&(content_type_id, codename.clone())) {
                continue;
            }
            let row = NewPermission {
                name,
                content_type_id,
                codename,
            };
            made += diesel::insert_into(auth_permission::table)
                .values(row)
                .execute(conn)?;
        }
    }
    Ok(made)
}

/// Creates the permission [`VIEW_PERMISSION`](crate::tasks::VIEW_PERMISSION) with its content type `nuages.task`, if it is
/// missing, and returns the number of new rows.
pub fn create_own(conn: &mut Conn) -> Result<usize> {
    let (app, model) = (NUAGES.label, "task");
    let key = (app.to_owned(), model.to_owned());
    let mut made = 0;
    let mut types = ContentType::ids(conn)?;
    if !types.contains_key(&key) {
        made += diesel::insert_into(django_content_type::table)
            .values((
                django_content_type::app_label.eq(app),
                django_content_type::model.eq(model),
            ))
            .execute(conn)?;
        types = ContentType::ids(conn)?;
    }
    let Some(&content_type_id) = types.get(&key) else {
        return Ok(made);
    };

    let present: i64 = auth_permission::table
        .filter(auth_permission::content_type_id.eq(content_type_id))
        .filter(auth_permission::codename.eq("view_task"))
        .count()
        .get_result(conn)?;
    if present == 0 {
        made += diesel::insert_into(auth_permission::table)
            .values(NewPermission {
                name: "Can view task".to_owned(),
                content_type_id,
                codename: "view_task".to_owned(),
            })
            .execute(conn)?;
    }
    Ok(made)
}

/// Returns the names of the permissions with these ids: `catalog.change_product`.
pub fn named(conn: &mut Conn, ids: &[i32]) -> Result<Vec<String>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let labels_and_names: Vec<(LossyText, LossyText)> = auth_permission::table
        .inner_join(django_content_type::table)
        .filter(auth_permission::id.eq_any(ids))
        .select((django_content_type::app_label, auth_permission::codename))
        .load(conn)?;
    Ok(labels_and_names
        .into_iter()
        .map(|(LossyText(app), LossyText(codename))| format!("{app}.{codename}"))
        .collect())
}

/// Returns the names of the permissions that the groups with these ids have.
pub fn of_groups(conn: &mut Conn, ids: &[i32]) -> Result<Vec<String>> {
    let permission_ids: Vec<i32> = auth_group_permissions::table
        .filter(auth_group_permissions::group_id.eq_any(ids))
        .select(auth_group_permissions::permission_id)
        .distinct()
        .load(conn)?;
    named(conn, &permission_ids)
}

/// The permissions of a user (Django's `ModelBackend`). Cloning is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    user_id: Option<i32>,
    is_superuser: bool,
    granted: Arc<HashSet<String>>,
}

impl Permissions {
    /// Returns the permissions of `user` if they are known without a query: a superuser has all, an
    /// inactive user has none.
    pub(super) fn without_asking(user: &User) -> Option<Self> {
        let is_known = !user.is_active || user.is_superuser;
        is_known.then(|| Self {
            user_id: Some(user.id),
            is_superuser: user.is_active,
            ..Self::default()
        })
    }

    /// Creates the permissions of `user`, who is not a superuser.
    pub(super) fn with(user: &User, granted: HashSet<String>) -> Self {
        Self {
            user_id: Some(user.id),
            is_superuser: false,
            granted: Arc::new(granted),
        }
    }

    /// Loads the permissions of `user` and of the user's groups in one query; no query is needed
    /// for superusers and inactive users.
    pub fn load(conn: &mut Conn, user: &User) -> Result<Self> {
        if let Some(known) = Self::without_asking(user) {
            return Ok(known);
        }
        let own = auth_user_user_permissions::table
            .filter(auth_user_user_permissions::user_id.eq(user.id))
            .select(auth_user_user_permissions::permission_id);
        let groups = auth_user_groups::table
            .filter(auth_user_groups::user_id.eq(user.id))
            .select(auth_user_groups::group_id);
        let of_groups = auth_group_permissions::table
            .filter(auth_group_permissions::group_id.eq_any(groups))
            .select(auth_group_permissions::permission_id);
        let granted: Vec<(LossyText, LossyText)> = auth_permission::table
            .inner_join(django_content_type::table)
            .filter(
                auth_permission::id
                    .eq_any(own)
                    .or(auth_permission::id.eq_any(of_groups)),
            )
            .select((django_content_type::app_label, auth_permission::codename))
            .load(conn)?;
        let granted = granted
            .into_iter()
            .map(|(LossyText(app), LossyText(codename))| format!("{app}.{codename}"))
            .collect();
        Ok(Self::with(user, granted))
    }

    /// Whether the user has this permission: `catalog.change_product`.
    pub fn has_perm(&self, permission: &str) -> bool {
        self.is_superuser || self.granted.contains(permission)
    }

    /// Whether the user has any permission of this app.
    pub fn has_module_perms(&self, app: &str) -> bool {
        let of_app = |name: &String| {
            name.strip_prefix(app)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        self.is_superuser || self.granted.iter().any(of_app)
    }

    /// Returns the user's primary key; `None` for a visitor who is not logged in.
    pub fn user_id(&self) -> Option<i32> {
        self.user_id
    }

    /// Whether the user has every permission.
    pub fn is_superuser(&self) -> bool {
        self.is_superuser
    }

    /// Returns the names of the granted permissions; empty for a superuser, who needs none.
    pub fn granted(&self) -> impl Iterator<Item = &str> {
        self.granted.iter().map(String::as_str)
    }
}
