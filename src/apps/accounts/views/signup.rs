//! A new account.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{private, private_redirect};
use crate::apps::accounts::forms::{self, check_new_password};
use crate::auth::hashers::make_password;
use crate::auth::password_validation::UserAttributes;
use crate::auth::{NewUser, audit, hash_pool, normalize, visitor};
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::http::PostData;
use crate::messages::Messages;
use crate::pages::Page;
use crate::settings::Settings;

const TAKEN: &str = "A user with that username already exists.";

#[derive(Template)]
#[template(path = "registration/signup.html")]
struct Signup {
    page: Page,
    form: Form,
}

/// `GET /accounts/signup/`
pub(in crate::apps::accounts) async fn signup_form(request: HttpRequest, page: Page) -> Result<HttpResponse> {
    private(&request, &Signup { page, form: forms::signup() })
}

/// `POST /accounts/signup/`
pub(in crate::apps::accounts) async fn signup(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
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
        let password = form.value("password1").to_owned();
        let hash = hash_pool::run(move || make_password(&password)).await?;
        let user = NewUser::customer(&username, &email, hash);
        // Asked again where it is taken: two who want it at once do not both get it.
        if let Some(user) = db.atomic(move |conn| user.save_if_free(conn)).await? {
            audit::note(&request, "signup", &user.username);
            visitor::login(&request, user).await?;
            Messages::of(&request).success("Welcome. Your account is ready.");
            return Ok(private_redirect(&settings.login_redirect_url));
        }
        form.add_error("username", TAKEN);
    }
    private(&request, &Signup { page, form })
}
