//! The pages below `/accounts/`.

mod login;
mod login_code;
mod logout;
mod password_change;
mod password_reset;
mod password_reset_confirm;
mod profile;
mod recovery_codes;
mod sessions;
mod signup;
mod tokens;
mod two_factor;
mod two_factor_off;
mod two_factor_set_up;

pub use login::Login;
pub(super) use login::{login, login_form, safe_next};
pub use login_code::LoginCode;
pub(super) use login_code::{login_code, login_code_form};
pub use logout::LoggedOut;
pub(super) use logout::{after_logout, logout};
pub use password_change::{PasswordChange, PasswordChangeDone};
pub(super) use password_change::{
    change_password, password_change, password_change_done, password_change_form,
};
pub use password_reset::{PasswordReset, PasswordResetDone};
pub(super) use password_reset::{password_reset, password_reset_done, password_reset_form};
pub use password_reset_confirm::{PasswordResetComplete, PasswordResetConfirm};
pub(super) use password_reset_confirm::{
    password_reset_complete, password_reset_confirm, password_reset_link,
};
pub use profile::Profile;
pub(super) use profile::{change_profile, profile};
pub use recovery_codes::RecoveryCodes;
pub(super) use recovery_codes::{recovery_codes, renew_recovery_codes};
pub use sessions::{Moment, SessionLine, Sessions};
pub(super) use sessions::{end_sessions, sessions};
pub use signup::Signup;
pub(super) use signup::{signup, signup_form};
pub use tokens::{TokenLine, Tokens};
pub(super) use tokens::{change_tokens, tokens};
pub use two_factor::TwoFactor;
pub(super) use two_factor::two_factor;
pub use two_factor_off::TwoFactorOff;
pub(super) use two_factor_off::{turn_two_factor_off, two_factor_off};
pub use two_factor_set_up::TwoFactorSetUp;
pub(super) use two_factor_set_up::{turn_two_factor_on, two_factor_set_up};

use actix_web::{HttpRequest, HttpResponse, Responder as _};

use crate::auth::two_factor::TwoFactor as SecondFactor;
use crate::auth::{User, is_password_of};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::{redirect, uncached};
use crate::pages::{Framed, render_framed};

const WRONG_PASSWORD: &str = "Your password was entered incorrectly. Please enter it again.";

/// Renders a page inside the site's frame. No cache keeps the answer.
pub(super) fn private(request: &HttpRequest, page: &impl Framed) -> Result<HttpResponse> {
    Ok(uncached(render_framed(page)?.respond_to(request)))
}

/// Adds an error to the field `password` of `form` if its value is not `user`'s password.
async fn check_own_password(request: &HttpRequest, form: &mut Form, user: &User) -> Result<()> {
    if form.is_clean("password") && !is_password_of(request, user, form.value("password")).await? {
        form.add_error("password", WRONG_PASSWORD);
    }
    Ok(())
}

/// Whether `user` has a second factor.
async fn has_two_factor(db: &Db, user: &User) -> Result<bool> {
    let id = user.id;
    db.run(move |conn| SecondFactor::is_on(conn, id)).await
}

/// Returns a redirect that no cache keeps.
pub(super) fn private_redirect(location: &str) -> HttpResponse {
    uncached(redirect(location))
}
