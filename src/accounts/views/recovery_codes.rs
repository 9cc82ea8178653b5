//! Recovery codes, for users who lose their authenticator: shows codes once, and creates new ones.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{check_own_password, has_two_factor, private, private_redirect};
use crate::accounts::forms;
use crate::auth::two_factor::TwoFactor;
use crate::auth::{CurrentUser, audit, kept_forms};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

const STATUS: &str = "/accounts/two-factor/";

/// The page of the recovery codes.
#[derive(Template)]
#[template(path = "accounts/recovery_codes.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct RecoveryCodes {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the field `password`.
    pub form: Form,
    /// The codes that were just created.
    pub codes: Vec<String>,
    /// The URL of the link that continues from this page.
    pub next: String,
}

replaceable!(RecoveryCodes);

/// `GET /accounts/two-factor/recovery-codes/`
pub(in crate::accounts) async fn recovery_codes(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    if !has_two_factor(&db, &user).await? {
        return Ok(private_redirect(STATUS));
    }
    kept_forms::warn_about_secrets(&request).await?;
    show(
        &request,
        page,
        forms::confirm_password(),
        Vec::new(),
        STATUS,
    )
}

/// `POST /accounts/two-factor/recovery-codes/`
pub(in crate::accounts) async fn renew_recovery_codes(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    if !has_two_factor(&db, &user).await? {
        return Ok(private_redirect(STATUS));
    }
    let mut form = forms::confirm_password().bind(&data);
    check_own_password(&request, &mut form, &user).await?;
    if !form.is_valid() {
        return show(&request, page, form, Vec::new(), STATUS);
    }
    let (id, shared) = (user.id, settings.clone());
    let codes = db
        .atomic(move |conn| TwoFactor::renew_codes(conn, id, &shared))
        .await?;
    audit::note(&request, "recovery_codes_renewed", &user.username);
    show(&request, page, form, codes, STATUS)
}

/// Shows `codes`, which cannot be seen again; without codes, shows the form that creates some.
pub(super) fn show(
    request: &HttpRequest,
    page: Page,
    form: Form,
    codes: Vec<String>,
    next: &str,
) -> Result<HttpResponse> {
    private(
        request,
        &RecoveryCodes {
            page,
            form,
            codes,
            next: next.to_owned(),
        },
    )
}
