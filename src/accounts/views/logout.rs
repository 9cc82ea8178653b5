//! Logs the user out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::login::safe_next;
use super::{private, private_redirect};
use crate::auth::visitor;
use crate::error::Result;
use crate::http::{PostData, QueryDict};
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

/// The page after logging out.
#[derive(Template)]
#[template(path = "registration/logged_out.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct LoggedOut {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
}

replaceable!(LoggedOut);

/// `POST /accounts/logout/`
pub(in crate::accounts) async fn logout(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    visitor::logout(&request).await?;
    match after_logout(&request, &settings, &query, &data) {
        Some(next) => Ok(private_redirect(next)),
        None => private(
            &request,
            &LoggedOut {
                page: page.without_user(),
            },
        ),
    }
}

/// Returns the validated next URL: a URL of this site, but not the logout URL itself (it does not
/// accept GET).
pub(in crate::accounts) fn after_logout<'n>(
    request: &HttpRequest,
    settings: &Settings,
    query: &'n QueryDict,
    data: &'n PostData,
) -> Option<&'n str> {
    let next = data.fields.get("next").or_else(|| query.get("next"))?;
    safe_next(request, settings, next).filter(|next| *next != request.path())
}
