//! The page on which users change their own password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::accounts::forms::{self, attributes, check_new_password};
use crate::auth::{
    CurrentUser, User, audit, hash_password, is_password_of, kept_forms, set_password, visitor,
};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;
use crate::pages::{Page, replaceable};

/// The page that changes the password.
#[derive(Template)]
#[template(path = "registration/password_change_form.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct PasswordChange {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the fields `old_password`, `new_password1` and `new_password2`.
    pub form: Form,
}

/// The page after the password was changed.
#[derive(Template)]
#[template(path = "registration/password_change_done.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct PasswordChangeDone {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
}

replaceable!(PasswordChange, PasswordChangeDone);

/// `GET /accounts/password_change/`
pub(in crate::accounts) async fn password_change_form(
    request: HttpRequest,
    page: Page,
    _user: CurrentUser,
) -> Result<HttpResponse> {
    kept_forms::warn_about_secrets(&request).await?;
    private(
        &request,
        &PasswordChange {
            page,
            form: forms::password_change(),
        },
    )
}

/// `POST /accounts/password_change/`: keeps this session and ends the user's others.
pub(in crate::accounts) async fn password_change(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    let (changed, form) = change_password(&request, &user, &db, &data).await?;
    if !changed {
        return private(&request, &PasswordChange { page, form });
    }
    Ok(private_redirect("/accounts/password_change/done/"))
}

/// Sets `user`'s new password if the old one is correct. Returns whether the password was set, and
/// the form.
pub(in crate::accounts) async fn change_password(
    request: &HttpRequest,
    user: &User,
    db: &Db,
    data: &PostData,
) -> Result<(bool, Form)> {
    let mut form = forms::password_change().bind(data);
    if form.is_clean("old_password")
        && !is_password_of(request, user, form.value("old_password")).await?
    {
        form.add_error(
            "old_password",
            "Your old password was entered incorrectly. Please enter it again.",
        );
    }
    check_new_password(
        &mut form,
        "new_password1",
        "new_password2",
        &attributes(user),
    );
    if !form.is_valid() {
        return Ok((false, form));
    }
    let hash = hash_password(request, form.value("new_password1")).await?;
    let (id, stored) = (user.id, hash.clone());
    db.write(move |conn| set_password(conn, id, &stored))
        .await?;
    visitor::update_session_auth_hash(request, &hash);
    audit::note(request, "password_changed", &user.username);
    Ok((true, form))
}

/// `GET /accounts/password_change/done/`
pub(in crate::accounts) async fn password_change_done(
    request: HttpRequest,
    page: Page,
    _user: CurrentUser,
) -> Result<HttpResponse> {
    private(&request, &PasswordChangeDone { page })
}
