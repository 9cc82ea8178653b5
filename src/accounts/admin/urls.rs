//! URLs of the admin for accounts; they are matched before the admin's own.

use super::{login, logout, password_change, users};
use crate::http::Access::{Public, Staff};
use crate::http::{Urls, get, path};

/// Returns the URLs for logging in and out, for passwords, and for adding users.
pub fn urls() -> Urls {
    Urls::new([
        path(
            "/admin/login/",
            "admin:login",
            Public,
            get(login::login_form).post(login::login),
        ),
        path(
            "/admin/logout/",
            "admin:logout",
            Public,
            get(logout::refuse).post(logout::logout),
        ),
        path(
            "/admin/password_change/",
            "admin:password_change",
            Staff,
            get(password_change::form).post(password_change::change),
        ),
        path(
            "/admin/password_change/done/",
            "admin:password_change_done",
            Staff,
            get(password_change::done),
        ),
        path(
            "/admin/auth/user/add/",
            "admin:auth_user_add",
            Staff,
            get(users::add_form).post(users::add),
        ),
        path(
            "/admin/auth/user/{pk}/password/",
            "admin:auth_user_password_change",
            Staff,
            get(users::password_form).post(users::change_password),
        ),
    ])
}
