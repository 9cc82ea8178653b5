//! The page that creates an account.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::{private, private_redirect, safe_next};
use crate::accounts::forms::{self, check_new_password};
use crate::accounts::sent_twice::{note, saved_before};
use crate::auth::password_validation::UserAttributes;
use crate::auth::{NewUser, User, audit, hash_password, normalize, visitor};
use crate::clock;
use crate::db::Db;
use crate::error::Result;
use crate::forms::Form;
use crate::forms::submissions::{Claim, Submission, new_id};
use crate::http::{PostData, QueryDict};
use crate::messages::Messages;
use crate::pages::{Page, replaceable};
use crate::records::send_created;
use crate::settings::Settings;

/// If the page is sent again within this time, the second request logs in like the first.
const JUST_NOW: TimeDelta = TimeDelta::minutes(1);
const TAKEN: &str = "A user with that username already exists.";

/// The page that creates an account.
#[derive(Template)]
#[template(path = "registration/signup.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct Signup {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The form with the fields `username`, `email`, `password1` and `password2`.
    pub form: Form,
    /// The URL to which the page redirects when the account exists; "" for the default.
    pub next: String,
    /// The submission id of the form.
    pub submission: String,
}

replaceable!(Signup);

/// `GET /accounts/signup/`
pub(in crate::accounts) async fn signup_form(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    query: QueryDict,
) -> Result<HttpResponse> {
    let next = query.get("next").unwrap_or_default().to_owned();
    private(
        &request,
        &Signup {
            page,
            form: forms::signup(),
            next,
            submission: new_id(None, &settings),
        },
    )
}

/// `POST /accounts/signup/`
pub(in crate::accounts) async fn signup(
    request: HttpRequest,
    page: Page,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    query: QueryDict,
    data: PostData,
) -> Result<HttpResponse> {
    let next = data
        .fields
        .get("next")
        .or_else(|| query.get("next"))
        .unwrap_or_default()
        .to_owned();
    let mut form = forms::signup().bind(&data);
    let submission = Submission::from_post(&data, None, request.path(), &settings)?;
    let known_before = submission.clone();
    if let Some((user, true)) = db
        .run(move |conn| saved_before(conn, known_before.as_ref()))
        .await?
    {
        return again(&request, &settings, user, &next).await;
    }
    let username = normalize::username(form.value("username"));
    let email = form.value("email").to_owned();
    if form.is_clean("username") && !NewUser::is_valid_username(&username) {
        form.add_error(
            "username",
            "Enter a valid username: letters, numbers, and @/./+/-/_ characters.",
        );
    }
    if form.is_clean("username") {
        let name = username.clone();
        if db.run(move |conn| NewUser::is_taken(conn, &name)).await? {
            form.add_error("username", TAKEN);
        }
    }
    let attributes = UserAttributes {
        username: &username,
        email: &email,
        ..UserAttributes::default()
    };
    check_new_password(&mut form, "password1", "password2", &attributes);
    if form.is_valid() {
        let hash = hash_password(&request, form.value("password1")).await?;
        let user = NewUser::customer(&username, &email, hash);
        // The name is checked again in the transaction, so that two requests at the same time
        // cannot both get it.
        let site_settings = settings.clone().into_inner();
        let made = db.atomic(move |conn| {
            // The same page may have been sent twice, and the other request may have been faster.
            if let Some(submission) = &submission
                && submission.claim(conn)? != Claim::First
            {
                return Ok(saved_before(conn, Some(submission))?
                    .filter(|(_, is_same)| *is_same)
                    .map(|(user, _)| user));
            }
            let made = user.save_if_free(conn)?;
            if let Some(user) = &made {
                send_created::<User>(conn, &site_settings, user.id)?;
            }
            note(conn, submission.as_ref(), made.as_ref())?;
            Ok(made)
        });
        if let Some(user) = made.await? {
            audit::note(&request, "signup", &user.username);
            return welcome(&request, &settings, user, &next).await;
        }
        form.add_error("username", TAKEN);
    }
    private(
        &request,
        &Signup {
            page,
            form,
            next,
            submission: new_id(None, &settings),
        },
    )
}

/// Answers a page that was sent twice. Its content is the same, including the password, so the
/// sender is the person who created the account. But an old page must not bypass a second factor,
/// or a password that was changed since.
async fn again(
    request: &HttpRequest,
    settings: &Settings,
    user: User,
    next: &str,
) -> Result<HttpResponse> {
    let is_fresh = user
        .date_joined
        .is_some_and(|joined| clock::now() - joined.utc() < JUST_NOW);
    if is_fresh && user.is_active {
        return welcome(request, settings, user, next).await;
    }
    Messages::from_request(request).success("Your account is ready. Log in to use it.");
    Ok(private_redirect(&settings.login_redirect_url))
}

/// Logs the new user in and redirects.
async fn welcome(
    request: &HttpRequest,
    settings: &Settings,
    user: User,
    next: &str,
) -> Result<HttpResponse> {
    visitor::login(request, user).await?;
    Messages::from_request(request).success("Welcome. Your account is ready.");
    let next = safe_next(request, settings, next).unwrap_or(&settings.login_redirect_url);
    Ok(private_redirect(next))
}
