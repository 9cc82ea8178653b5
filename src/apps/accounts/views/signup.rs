//! A new account.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect, safe_next};
use crate::apps::accounts::forms::{self, check_new_password};
use crate::auth::password_validation::UserAttributes;
use crate::auth::{NewUser, audit, hash_password, normalize, visitor};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, QueryDict};
use crate::messages::Messages;
use crate::pages::Page;
use crate::settings::Settings;

const TAKEN: &str = "A user with that username already exists.";

#[derive(Template)]
#[template(path = "registration/signup.html")]
struct Signup {
    page: Page,
    form: Form,
    next: String,
}

/// `GET /accounts/signup/`
pub(in crate::apps::accounts) async fn signup_form(
    request: HttpRequest,
    page: Page,
    query: QueryDict,
) -> Result<HttpResponse> {
    let next = query.get("next").unwrap_or_default().to_owned();
    private(&request, &Signup { page, form: forms::signup(), next })
}

/// `POST /accounts/signup/`
pub(in crate::apps::accounts) async fn signup(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    let next = data.fields.get("next").or_else(|| query.get("next")).unwrap_or_default().to_owned();
    let mut form = forms::signup().bind(&data);
    let username = normalize::username(form.value("username"));
    let email = form.value("email").to_owned();
    if form.is_clean("username") && !NewUser::is_valid_username(&username) {
        form.add_error("username", "Enter a valid username: letters, numbers, and @/./+/-/_ characters.");
    }
    if form.is_clean("username") {
        let name = username.clone();
        if db.run(move |conn| NewUser::is_taken(conn, &name)).await? {
            form.add_error("username", TAKEN);
        }
    }
    let attributes = UserAttributes { username: &username, email: &email, ..UserAttributes::default() };
    check_new_password(&mut form, "password1", "password2", &attributes);
    if form.is_valid() {
        let hash = hash_password(&request, form.value("password1")).await?;
        let user = NewUser::customer(&username, &email, hash);
        // Asked again where it is taken: two who want it at once do not both get it.
        if let Some(user) = db.atomic(move |conn| user.save_if_free(conn)).await? {
            audit::note(&request, "signup", &user.username);
            visitor::login(&request, user).await?;
            Messages::of(&request).success("Welcome. Your account is ready.");
            let next = safe_next(&request, &settings, &next).unwrap_or(&settings.login_redirect_url);
            return Ok(private_redirect(next));
        }
        form.add_error("username", TAKEN);
    }
    private(&request, &Signup { page, form, next })
}
