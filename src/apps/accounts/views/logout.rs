//! Logging out.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::login::safe_next;
use super::{private, private_redirect};
use crate::auth::visitor;
use crate::error::Result;
use crate::http::{PostData, QueryDict};
use crate::pages::Page;
use crate::settings::Settings;

#[derive(Template)]
#[template(path = "registration/logged_out.html")]
struct LoggedOut {
    page: Page,
}

/// `POST /accounts/logout/`
pub(in crate::apps::accounts) async fn logout(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    visitor::logout(&request).await?;
    let next = data.fields.get("next").or_else(|| query.get("next")).unwrap_or_default();
    match safe_next(&request, &settings, next) {
        Some(next) => Ok(private_redirect(next)),
        None => private(&request, &LoggedOut { page: page.without_user() }),
    }
}
