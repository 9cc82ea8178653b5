//! The login page.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::accounts::forms;
use crate::auth::{LoginAttempt, login_attempt, two_factor};
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, QueryDict, host_of, is_safe_next, is_secure};
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

/// The login page.
#[derive(Template)]
#[template(path = "registration/login.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct Login {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the fields `username` and `password`.
    pub form: Form,
    /// The URL to which a successful login redirects; "" for the default.
    pub next: String,
}

replaceable!(Login);

/// `GET /accounts/login/`
pub(in crate::accounts) async fn login_form(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    query: QueryDict,
) -> Result<HttpResponse> {
    // Ignore a URL of another site.
    let next = query
        .get("next")
        .and_then(|next| safe_next(&request, &settings, next))
        .unwrap_or_default()
        .to_owned();
    private(
        &request,
        &Login {
            page,
            form: forms::login(),
            next,
        },
    )
}

/// `POST /accounts/login/`
pub(in crate::accounts) async fn login(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    let next = data
        .fields
        .get("next")
        .or_else(|| query.get("next"))
        .unwrap_or_default();
    let next = safe_next(&request, &settings, next)
        .unwrap_or_default()
        .to_owned();
    let mut form = forms::login().bind(&data);
    if form.is_valid() {
        match login_attempt(&request, form.value("username"), form.value("password")).await? {
            LoginAttempt::Accepted(user) => {
                let next = if next.is_empty() { &settings.login_redirect_url } else { &next };
                return Ok(private_redirect(&two_factor::log_in(&request, *user, next).await?));
            }
            LoginAttempt::Refused => form.add_error(
                "",
                "Please enter a correct username and password. Note that both fields may be case-sensitive.",
            ),
            LoginAttempt::Blocked(blocked) => {
                form.add_error("", blocked.text());
                return Ok(blocked.answer(private(&request, &Login { page, form, next })?));
            }
        }
    }
    private(&request, &Login { page, form, next })
}

/// Returns `next` if it is a URL of this site.
pub(in crate::accounts) fn safe_next<'n>(
    request: &HttpRequest,
    settings: &Settings,
    next: &'n str,
) -> Option<&'n str> {
    is_safe_next(
        next,
        host_of(request),
        is_secure(request, &settings.security),
    )
    .then_some(next)
}
