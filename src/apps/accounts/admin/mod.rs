//! The admin's doors, and users and groups in it.

mod login;
mod logout;
mod password_change;
pub mod urls;

use crate::admin::options::Hooks;
use crate::admin::{AdminSite, ModelAdmin, fieldset};
use crate::auth::{Group, User};
use crate::schema::{auth_group as group, auth_user as user};

/// Registers users and groups.
pub fn register(site: AdminSite) -> AdminSite {
    site.register(groups()).register(users())
}

fn groups() -> ModelAdmin<Group> {
    ModelAdmin::new().search_fields((group::name,)).ordering((group::name,)).filter_horizontal((Group::permissions(),))
}

fn users() -> ModelAdmin<User> {
    use user::{
        date_joined, email, first_name, is_active, is_staff, is_superuser, last_login, last_name, password, username,
    };
    ModelAdmin::new()
        .list_display((username, email, first_name, last_name, is_staff))
        .list_filter((is_staff, is_superuser, is_active, User::groups()))
        .search_fields((username, first_name, last_name, email))
        // Nobody finds out a hash letter by letter.
        .hooks(Hooks { lookup_allowed: Some(|lookup| !lookup.starts_with("password")), ..Hooks::default() })
        .ordering((username,))
        .filter_horizontal((User::groups(), User::user_permissions()))
        .fieldsets([
            fieldset("", (username, password)),
            fieldset("Personal info", (first_name, last_name, email)),
            fieldset("Permissions", (is_active, is_staff, is_superuser, User::groups(), User::user_permissions())),
            fieldset("Important dates", (last_login, date_joined)),
        ])
}
