//! Logs out of the admin.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::accounts::admin::private;
use crate::accounts::views::{after_logout, private_redirect};
use crate::admin::AdminSite;
use crate::auth::visitor;
use crate::error::{Error, Result};
use crate::http::{PostData, QueryDict};
use crate::pages::Page;
use crate::settings::Settings;

#[derive(Template)]
#[template(path = "admin/logged_out.html")]
struct LoggedOut {
    site: &'static AdminSite,
}

/// `POST /admin/logout/`. As in Django, redirects visitors who are not logged in as staff to the
/// login page.
pub(super) async fn logout(
    request: HttpRequest,
    page: Page,
    site: web::Data<&'static AdminSite>,
    settings: web::Data<Settings>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    if !is_inside(&page) {
        return Ok(private_redirect("/admin/"));
    }
    visitor::logout(&request).await?;
    match after_logout(&request, &settings, &query, &data) {
        Some(next) => Ok(private_redirect(next)),
        None => private(&request, &LoggedOut { site: &site }),
    }
}

/// `GET /admin/logout/` is refused, because a link must not log anyone out.
pub(super) async fn refuse(page: Page) -> Result<HttpResponse> {
    if is_inside(&page) {
        Err(Error::MethodNotAllowed("POST, OPTIONS".to_owned()))
    } else {
        Ok(private_redirect("/admin/"))
    }
}

fn is_inside(page: &Page) -> bool {
    page.user.as_ref().is_some_and(|user| user.is_staff)
}
