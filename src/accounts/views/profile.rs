//! The page with the user's own account.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::accounts::forms;
use crate::auth::{CurrentUser, kept_forms};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::forms::submissions::new_id;
use crate::http::PostData;
use crate::messages::{Level, Messages};
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

/// The page of the user's own data.
#[derive(Template)]
#[template(path = "accounts/profile.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct Profile {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The user.
    pub user: CurrentUser,
    /// The form.
    pub form: Form,
    /// The submission id, which records the user for whom the page was made.
    pub submission: String,
}

impl Profile {
    fn new(page: Page, user: CurrentUser, form: Form, settings: &Settings) -> Self {
        let submission = new_id(Some(user.id), settings);
        Self {
            page,
            user,
            form,
            submission,
        }
    }
}

replaceable!(Profile);

/// `GET /accounts/profile/`
pub(in crate::accounts) async fn profile(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
) -> Result<HttpResponse> {
    let mut form = forms::profile(&user);
    if let Some(kept) = kept_forms::take(&request).await? {
        form = form.bind(&kept.post);
        form.forgive();
        Messages::from_request(&request).add(Level::WARNING, kept.note);
    }
    private(&request, &Profile::new(page, user, form, &settings))
}

/// `POST /accounts/profile/`
pub(in crate::accounts) async fn change_profile(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
    settings: web::Data<Settings>,
    data: PostData,
) -> Result<HttpResponse> {
    let form = forms::profile(&user).bind(&data);
    if !form.is_valid() {
        return private(&request, &Profile::new(page, user, form, &settings));
    }
    let id = user.id;
    let [first, last, email] =
        ["first_name", "last_name", "email"].map(|name| form.value(name).to_owned());
    db.write(move |conn| crate::auth::User::set_profile(conn, id, &first, &last, &email))
        .await?;
    Messages::from_request(&request).success("Your profile was saved.");
    Ok(private_redirect("/accounts/profile/"))
}
