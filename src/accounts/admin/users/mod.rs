//! The admin of users.

mod add;
mod password;
mod passwords;
mod summary;

pub(super) use add::{add, add_form};
pub(super) use password::{change as change_password, form as password_form};

use crate::admin::ModelAdmin;
use crate::admin::options::{Cell, Computed, computed};
use crate::auth::User;
use crate::auth::hashers::is_password_usable;
use crate::schema::auth_user as user;

/// Configures the list and the change form of users.
pub(super) fn admin(it: ModelAdmin<User>) -> ModelAdmin<User> {
    use user::{
        date_joined, email, first_name, is_active, is_staff, is_superuser, last_login, last_name,
        password, username,
    };
    it.icon("user")
        .list_display((username, email, first_name, last_name, is_staff))
        .list_filter((is_staff, is_superuser, is_active, User::GROUPS))
        .search_fields((username, first_name, last_name, email))
        .ordering((username,))
        .filter_horizontal((User::GROUPS, User::USER_PERMISSIONS))
        .readonly_computed((password_column(),))
        .fieldset("", (username, password))
        .fieldset("Personal info", (first_name, last_name, email))
        .fieldset(
            "Permissions",
            (
                is_active,
                is_staff,
                is_superuser,
                User::GROUPS,
                User::USER_PERMISSIONS,
            ),
        )
        .fieldset("Important dates", (last_login, date_joined))
}

/// Shows how the password is hashed, with a link to set another.
fn password_column() -> Computed<user::table> {
    computed("password", (user::id, user::password), |[id, hash]| {
        let hash = hash.as_str().unwrap_or_default();
        Cell::TextAndLink {
            text: summary::summary(hash),
            link: if is_password_usable(hash) {
                "Change password"
            } else {
                "Set password"
            }
            .to_owned(),
            url: format!("/admin/auth/user/{id}/password/"),
        }
    })
}
