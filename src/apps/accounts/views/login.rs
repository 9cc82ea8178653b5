//! Logging in.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::apps::accounts::forms;
use crate::auth::{authenticate, visitor};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, QueryDict, host_of, is_safe_next, is_secure};
use crate::pages::Page;
use crate::settings::Settings;

#[derive(Template)]
#[template(path = "registration/login.html")]
struct Login {
    page: Page,
    form: Form,
    next: String,
}

/// `GET /accounts/login/`
pub(in crate::apps::accounts) async fn login_form(
    request: HttpRequest,
    page: Page,
    query: QueryDict,
) -> Result<HttpResponse> {
    let next = query.get("next").unwrap_or_default().to_owned();
    private(&request, &Login { page, form: forms::login(), next })
}

/// `POST /accounts/login/`
pub(in crate::apps::accounts) async fn login(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    let next = data.fields.get("next").or_else(|| query.get("next")).unwrap_or_default().to_owned();
    let mut form = forms::login().bind(&data);
    if form.is_valid() {
        if let Some(user) = authenticate(&db, form.value("username"), form.value("password")).await? {
            visitor::login(&request, user).await?;
            return Ok(private_redirect(safe_next(&request, &settings, &next).unwrap_or(&settings.login_redirect_url)));
        }
        log::warn!(target: "nuages.security", "login failed: {:?}", form.value("username"));
        form.add_error(
            "",
            "Please enter a correct username and password. Note that both fields may be case-sensitive.",
        );
    }
    private(&request, &Login { page, form, next })
}

/// `next`, if it leads to this site.
pub(in crate::apps::accounts) fn safe_next<'n>(
    request: &HttpRequest,
    settings: &Settings,
    next: &'n str,
) -> Option<&'n str> {
    is_safe_next(next, host_of(request), is_secure(request, &settings.security)).then_some(next)
}
