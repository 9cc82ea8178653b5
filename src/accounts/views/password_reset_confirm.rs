//! The page that a reset link opens, on which the user sets a new password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::accounts::forms::{self, attributes, check_new_password};
use crate::auth::{User, audit, hash_password, set_password, throttle, tokens};
use crate::clock;
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;
use crate::pages::{Page, replaceable};
use crate::sessions::Session;
use crate::settings::Settings;

/// The session key that holds the token.
const TOKEN_KEY: &str = "_password_reset_token";
/// The text that replaces the token in the URL: otherwise a link on the page would reveal the token
/// in its `Referer`.
const TOKEN_IN_URL: &str = "set-password";

/// The page of the link in the mail, which asks for the new password.
#[derive(Template)]
#[template(path = "registration/password_reset_confirm.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct PasswordResetConfirm {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the fields `new_password1` and `new_password2`; `None` if the link is not valid.
    pub form: Option<Form>,
}

/// The page after the password was set.
#[derive(Template)]
#[template(path = "registration/password_reset_complete.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct PasswordResetComplete {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
}

replaceable!(PasswordResetConfirm, PasswordResetComplete);

/// `GET /accounts/reset/<uidb64>/<token>/`
pub(in crate::accounts) async fn password_reset_link(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (uidb64, token) = path.into_inner();
    let session = Session::from_request(&request);
    let hidden = token == TOKEN_IN_URL;
    let token = if hidden {
        session.get_str(TOKEN_KEY).unwrap_or_default()
    } else {
        token
    };
    let user = find(&settings, &db, &uidb64, &token).await?;
    if user.is_some() && !hidden {
        session.insert(TOKEN_KEY, token);
        return Ok(private_redirect(&format!(
            "/accounts/reset/{uidb64}/{TOKEN_IN_URL}/"
        )));
    }
    private(
        &request,
        &PasswordResetConfirm {
            page,
            form: user.map(|_| forms::set_password()),
        },
    )
}

/// `POST /accounts/reset/<uidb64>/set-password/`
pub(in crate::accounts) async fn password_reset_confirm(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    path: web::Path<(String, String)>,
    data: PostData,
) -> Result<HttpResponse> {
    if path.1 != TOKEN_IN_URL {
        // A POST to the link itself: redirect to the page with the form.
        return password_reset_link(request, page, settings, db, path).await;
    }
    let session = Session::from_request(&request);
    let token = session.get_str(TOKEN_KEY).unwrap_or_default();
    let Some(user) = find(&settings, &db, &path.0, &token).await? else {
        return private(&request, &PasswordResetConfirm { page, form: None });
    };
    let mut form = forms::set_password().bind(&data);
    check_new_password(
        &mut form,
        "new_password1",
        "new_password2",
        &attributes(&user),
    );
    if !form.is_valid() {
        return private(
            &request,
            &PasswordResetConfirm {
                page,
                form: Some(form),
            },
        );
    }
    let hash = hash_password(&request, form.value("new_password1")).await?;
    let id = user.id;
    db.write(move |conn| set_password(conn, id, &hash)).await?;
    session.remove(TOKEN_KEY);
    audit::note(&request, "password_reset", &user.username);
    // A user who received the mail owns the account, so wrong passwords that others try must not
    // block this browser.
    throttle::remember(&request, &user.username);
    Ok(private_redirect("/accounts/reset/done/"))
}

/// `GET /accounts/reset/done/`
pub(in crate::accounts) async fn password_reset_complete(
    request: HttpRequest,
    page: Page,
) -> Result<HttpResponse> {
    private(&request, &PasswordResetComplete { page })
}

/// Returns the user of a link, if its token is valid.
async fn find(
    settings: &Settings,
    db: &web::Data<Db>,
    uidb64: &str,
    token: &str,
) -> Result<Option<User>> {
    let Some(id) = tokens::decode_uid(uidb64).filter(|_| !token.is_empty()) else {
        return Ok(None);
    };
    let user = db.run(move |conn| User::find(conn, id)).await?;
    let timeout = i64::try_from(settings.password_reset_timeout.as_secs()).unwrap_or(i64::MAX);
    let is_valid = |user: &User| {
        tokens::check_token(
            &user.token_subject(),
            token,
            settings.secret_keys(),
            clock::now(),
            settings.time_zone,
            timeout,
        )
    };
    Ok(user.filter(is_valid))
}
