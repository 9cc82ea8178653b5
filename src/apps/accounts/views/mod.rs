//! The pages below `/accounts/`.

mod login;
mod logout;
mod password_change;
mod password_reset;
mod password_reset_confirm;
mod profile;
mod sessions;
mod signup;

pub(super) use login::{login, login_form, safe_next};
pub(super) use logout::logout;
pub(super) use password_change::{change_password, password_change, password_change_done, password_change_form};
pub(super) use password_reset::{password_reset, password_reset_done, password_reset_form};
pub(super) use password_reset_confirm::{password_reset_complete, password_reset_confirm, password_reset_link};
pub(super) use profile::{change_profile, profile};
pub(super) use sessions::{end_sessions, sessions};
pub(super) use signup::{signup, signup_form};

use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;

use crate::error::Result;
use crate::http::{redirect, render, uncached};

/// A page that no cache keeps.
pub(super) fn private(request: &HttpRequest, page: &impl Template) -> Result<HttpResponse> {
    Ok(uncached(render(page)?.respond_to(request)))
}

/// A redirect that no cache keeps.
pub(super) fn private_redirect(location: &str) -> HttpResponse {
    uncached(redirect(location))
}
