//! The pages below `/accounts/`.

mod login;
mod logout;
mod password_change;
mod password_reset;
mod password_reset_confirm;
mod profile;
mod signup;

pub(super) use login::{login, login_form};
pub(super) use logout::logout;
pub(super) use password_change::{password_change, password_change_done, password_change_form};
pub(super) use password_reset::{password_reset, password_reset_done, password_reset_form};
pub(super) use password_reset_confirm::{password_reset_complete, password_reset_confirm, password_reset_link};
pub(super) use profile::{change_profile, profile};
pub(super) use signup::{signup, signup_form};

use actix_web::http::header::{CACHE_CONTROL, EXPIRES, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder as _};
use askama::Template;

use crate::error::Result;
use crate::http::{redirect, render};

const NEVER: HeaderValue = HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private");
const LONG_AGO: HeaderValue = HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT");

/// A page that no cache keeps: it has somebody's data or a form with a password (Django's `never_cache`).
fn private(request: &HttpRequest, page: &impl Template) -> Result<HttpResponse> {
    Ok(uncached(render(page)?.respond_to(request)))
}

/// A redirect that no cache keeps.
fn private_redirect(location: &str) -> HttpResponse {
    uncached(redirect(location))
}

fn uncached(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, NEVER);
    headers.insert(EXPIRES, LONG_AGO);
    response
}
