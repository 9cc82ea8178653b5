//! The admin's login page.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::accounts::admin::private;
use crate::accounts::forms;
use crate::accounts::views::{private_redirect, safe_next};
use crate::admin::AdminSite;
use crate::auth::{LoginAttempt, audit, login_attempt, two_factor};
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, QueryDict};
use crate::pages::Page;
use crate::settings::{DjangoVersion, Settings};

const INDEX: &str = "/admin/";

#[derive(Template)]
#[template(path = "admin/login.html")]
struct Login {
    page: Page,
    site: &'static AdminSite,
    form: Form,
    next: String,
    /// Name of the logged-in user, if that user may not open the admin.
    intruder: Option<String>,
}

impl Login {
    fn new(page: Page, site: &'static AdminSite, form: Form, next: Option<&str>) -> Self {
        let intruder = page
            .user
            .as_ref()
            .filter(|user| !user.is_staff)
            .map(|user| user.username.clone());
        Self {
            page,
            site,
            form,
            next: next.unwrap_or(INDEX).to_owned(),
            intruder,
        }
    }
}

/// `GET /admin/login/`. Like Django, redirects a member of staff who is logged in: to the index up
/// to Django 6.0, to `next` from Django 6.1 on. HEAD shows the form.
pub(super) async fn login_form(
    request: HttpRequest,
    page: Page,
    site: web::Data<&'static AdminSite>,
    settings: web::Data<Settings>,
    query: QueryDict,
) -> Result<HttpResponse> {
    if request.method() == Method::GET && page.user.as_ref().is_some_and(|user| user.is_staff) {
        let next = query
            .get("next")
            .filter(|_| settings.django_version() >= DjangoVersion::V6_1);
        let next = next.and_then(|next| safe_next(&request, &settings, next));
        return Ok(private_redirect(next.unwrap_or(INDEX)));
    }
    // Do not show a URL of another site in the page.
    let next = query
        .get("next")
        .map(|next| safe_next(&request, &settings, next).unwrap_or_default());
    private(&request, &Login::new(page, &site, forms::login(), next))
}

/// `POST /admin/login/`
pub(super) async fn login(
    request: HttpRequest,
    page: Page,
    site: web::Data<&'static AdminSite>,
    settings: web::Data<Settings>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    let next = data.fields.get("next").or_else(|| query.get("next"));
    let next = next.map(|next| safe_next(&request, &settings, next).unwrap_or_default());
    let mut form = forms::login().bind(&data);
    if form.is_valid() {
        match login_attempt(&request, form.value("username"), form.value("password")).await? {
            LoginAttempt::Accepted(user) if user.is_staff => {
                let next = next
                    .filter(|next| !next.is_empty())
                    .unwrap_or(&settings.login_redirect_url);
                return Ok(private_redirect(
                    &two_factor::log_in(&request, *user, next).await?,
                ));
            }
            LoginAttempt::Blocked(blocked) => {
                form.add_error("", blocked.text());
                return Ok(blocked.answer(private(&request, &Login::new(page, &site, form, next))?));
            }
            LoginAttempt::Accepted(user) => audit::warn(&request, "login_refused", &user.username),
            LoginAttempt::Refused => {}
        }
        form.add_error(
            "",
            "Please enter the correct username and password for a staff account. Note that both fields may be \
             case-sensitive.",
        );
    }
    private(&request, &Login::new(page, &site, form, next))
}
