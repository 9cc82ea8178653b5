//! The page that removes the user's second factor.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{check_own_password, private, private_redirect};
use crate::accounts::forms;
use crate::auth::two_factor::TwoFactor;
use crate::auth::{CurrentUser, audit, kept_forms};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::forms::Form;
use crate::http::PostData;
use crate::messages::Messages;
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

/// The page that turns the second factor off.
#[derive(Template)]
#[template(path = "accounts/two_factor_off.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct TwoFactorOff {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the field `password`.
    pub form: Form,
}

replaceable!(TwoFactorOff);

/// `GET /accounts/two-factor/off/`
pub(in crate::accounts) async fn two_factor_off(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
) -> Result<HttpResponse> {
    is_free(&user, &settings)?;
    kept_forms::warn_about_secrets(&request).await?;
    private(
        &request,
        &TwoFactorOff {
            page,
            form: forms::confirm_password(),
        },
    )
}

/// `POST /accounts/two-factor/off/`
pub(in crate::accounts) async fn turn_two_factor_off(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    is_free(&user, &settings)?;
    let mut form = forms::confirm_password().bind(&data);
    check_own_password(&request, &mut form, &user).await?;
    if !form.is_valid() {
        return private(&request, &TwoFactorOff { page, form });
    }
    let id = user.id;
    if db.atomic(move |conn| TwoFactor::turn_off(conn, id)).await? {
        audit::note(&request, "two_factor_off", &user.username);
    }
    Messages::from_request(&request).success("Your login no longer needs a code.");
    Ok(private_redirect("/accounts/two-factor/"))
}

/// Returns an error if the site requires a second factor of this user.
fn is_free(user: &CurrentUser, settings: &Settings) -> Result<()> {
    if settings.require_staff_two_factor && user.is_staff {
        Err(Error::PermissionDenied)
    } else {
        Ok(())
    }
}
