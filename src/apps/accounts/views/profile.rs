//! One's own account.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::apps::accounts::forms;
use crate::auth::CurrentUser;
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;
use crate::messages::Messages;
use crate::pages::Page;

#[derive(Template)]
#[template(path = "accounts/profile.html")]
struct Profile {
    page: Page,
    user: CurrentUser,
    form: Form,
}

/// `GET /accounts/profile/`
pub(in crate::apps::accounts) async fn profile(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
) -> Result<HttpResponse> {
    let form = forms::profile(&user);
    private(&request, &Profile { page, user, form })
}

/// `POST /accounts/profile/`
pub(in crate::apps::accounts) async fn change_profile(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    let form = forms::profile(&user).bind(&data);
    if !form.is_valid() {
        return private(&request, &Profile { page, user, form });
    }
    let id = user.id;
    let [first, last, email] = ["first_name", "last_name", "email"].map(|name| form.value(name).to_owned());
    db.write(move |conn| crate::auth::User::set_profile(conn, id, &first, &last, &email)).await?;
    Messages::of(&request).success("Your profile was saved.");
    Ok(private_redirect("/accounts/profile/"))
}
