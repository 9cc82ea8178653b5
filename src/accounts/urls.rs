//! URLs below `/accounts/`.

use super::views;
use crate::http::Access::{Login, Public};
use crate::http::{Urls, get, path, post};

/// Returns the URLs: Django's `contrib.auth.urls`, sign-up, the profile, the user's sessions, and
/// the second factor.
pub fn urls() -> Urls {
    Urls::new([
        path(
            "/accounts/login/",
            "login",
            Public,
            get(views::login_form).post(views::login),
        ),
        path(
            "/accounts/login/code/",
            "login_code",
            Public,
            get(views::login_code_form).post(views::login_code),
        ),
        path("/accounts/logout/", "logout", Public, post(views::logout)),
        path(
            "/accounts/signup/",
            "signup",
            Public,
            get(views::signup_form).post(views::signup),
        ),
        path(
            "/accounts/profile/",
            "profile",
            Login,
            get(views::profile).post(views::change_profile),
        ),
        path(
            "/accounts/sessions/",
            "sessions",
            Login,
            get(views::sessions).post(views::end_sessions),
        ),
        path(
            "/accounts/two-factor/",
            "two_factor",
            Login,
            get(views::two_factor),
        ),
        path(
            "/accounts/two-factor/set-up/",
            "two_factor_set_up",
            Login,
            get(views::two_factor_set_up).post(views::turn_two_factor_on),
        ),
        path(
            "/accounts/two-factor/recovery-codes/",
            "recovery_codes",
            Login,
            get(views::recovery_codes).post(views::renew_recovery_codes),
        ),
        path(
            "/accounts/two-factor/off/",
            "two_factor_off",
            Login,
            get(views::two_factor_off).post(views::turn_two_factor_off),
        ),
        path(
            "/accounts/password_change/",
            "password_change",
            Login,
            get(views::password_change_form).post(views::password_change),
        ),
        path(
            "/accounts/password_change/done/",
            "password_change_done",
            Login,
            get(views::password_change_done),
        ),
        path(
            "/accounts/password_reset/",
            "password_reset",
            Public,
            get(views::password_reset_form).post(views::password_reset),
        ),
        path(
            "/accounts/password_reset/done/",
            "password_reset_done",
            Public,
            get(views::password_reset_done),
        ),
        path(
            "/accounts/reset/{uidb64}/{token}/",
            "password_reset_confirm",
            Public,
            get(views::password_reset_link).post(views::password_reset_confirm),
        ),
        path(
            "/accounts/reset/done/",
            "password_reset_complete",
            Public,
            get(views::password_reset_complete),
        ),
    ])
}
