//! URLs of the admin that are about accounts; they stand before the admin's own.

use super::{login, logout, password_change};
use crate::http::Access::{Public, Staff};
use crate::http::{Urls, get, path};

/// Logging in and out, and one's own password.
pub fn urls() -> Urls {
    Urls::new([
        path("/admin/login/", "admin:login", Public, get(login::login_form).post(login::login)),
        path("/admin/logout/", "admin:logout", Public, get(logout::refuse).post(logout::logout)),
        path(
            "/admin/password_change/",
            "admin:password_change",
            Staff,
            get(password_change::form).post(password_change::change),
        ),
        path("/admin/password_change/done/", "admin:password_change_done", Staff, get(password_change::done)),
    ])
}
