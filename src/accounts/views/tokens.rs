//! The page with the user's tokens for the JSON API.

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Moment, WRONG_PASSWORD, private, private_redirect};
use crate::accounts::forms;
use crate::auth::api_tokens::{ApiToken, MOST_DAYS, NewApiToken};
use crate::auth::throttle::Blocked;
use crate::auth::{CurrentUser, LoginAttempt, User, audit, kept_forms, login_attempt, two_factor};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::forms::Form;
use crate::forms::submissions::{Claim, Submission};
use crate::http::{PostData, UrlTable, app_data, full_path};
use crate::messages::{Level, Messages};
use crate::pages::{Page, replaceable};
use crate::settings::Settings;

const HERE: &str = "/accounts/tokens/";

/// The page of the user's tokens.
#[derive(Template)]
#[template(path = "accounts/tokens.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct Tokens {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The tokens, the newest first.
    pub rows: Vec<TokenLine>,
    /// The token that was just made; "" otherwise.
    pub made: String,
    /// The form with the fields `name`, `days` and `password`.
    pub form: Form,
    /// Whether the new token can write.
    pub writes: bool,
    /// Whether the site has the page that documents the API.
    pub has_docs: bool,
}

replaceable!(Tokens);

/// A token, as the page shows it.
#[non_exhaustive]
pub struct TokenLine {
    /// The primary key, for the form that revokes it.
    pub id: i64,
    /// The name.
    pub name: String,
    /// Whether it can write.
    pub writes: bool,
    /// Whether it has expired.
    pub has_expired: bool,
    /// When it was made.
    pub created: Option<Moment>,
    /// When it expires or has expired.
    pub expires: Option<Moment>,
    /// When it was last used.
    pub used: Option<Moment>,
}

impl TokenLine {
    fn new(token: ApiToken, settings: &Settings) -> Self {
        let moment = |time| Moment::new(time, settings.time_zone);
        Self {
            id: token.id,
            writes: token.may_write(),
            has_expired: token.has_expired(),
            created: token.created_at.map(moment),
            expires: token.expires_at.map(moment),
            used: token.last_used_at.map(moment),
            name: token.name,
        }
    }
}

/// `GET /accounts/tokens/`
pub(in crate::accounts) async fn tokens(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    must_be_verified(&request, &user)?;
    let mut shown = Shown::default();
    if let Some(kept) = kept_forms::take(&request).await? {
        shown.form = shown.form.bind(&kept.post);
        shown.form.forgive();
        shown.writes = kept.post.get("scope") == "write";
        Messages::from_request(&request).add(Level::WARNING, kept.note);
    }
    show(&request, page, user, db, shown).await
}

/// `POST /accounts/tokens/`: with `revoke`, deletes that token; otherwise makes one.
pub(in crate::accounts) async fn change_tokens(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    must_be_verified(&request, &user)?;
    if let Some(id) = data.fields.get("revoke") {
        return revoke(&request, &user, &db, id).await;
    }

    let mut shown = Shown {
        form: forms::token().bind(&data),
        writes: data.get("scope") == "write",
        made: String::new(),
    };
    let days = days(&mut shown.form);
    if !shown.form.is_valid() {
        return show(&request, page, user, db, shown).await;
    }
    if let Some(blocked) = check_password(&request, &user, &mut shown.form).await? {
        return Ok(blocked.answer(show(&request, page, user, db, shown).await?));
    }
    if !shown.form.is_valid() {
        return show(&request, page, user, db, shown).await;
    }

    let token = NewApiToken::new(shown.form.value("name"))
        .read_only(!shown.writes)
        .days(days);
    let whose = User::clone(&user);
    let settings = app_data::<Settings>(&request);
    let submission = Submission::from_post(&data, Some(user.id), HERE, settings)?;
    let made = db.atomic(move |conn| make_once(conn, token, &whose, submission.as_ref()));
    let Some(made) = made.await? else {
        let text = "This form was sent before, and has made its token. If you did not see the token, revoke it and make another.";
        Messages::from_request(&request).add(Level::WARNING, text);
        return Ok(private_redirect(HERE));
    };
    audit::note(&request, "api_token_made", &user.username);
    let shown = Shown {
        made,
        ..Shown::default()
    };
    show(&request, page, user, db, shown).await
}

/// Makes the token unless the same page was sent before.
fn make_once(
    conn: &mut Conn,
    token: NewApiToken,
    user: &User,
    submission: Option<&Submission>,
) -> Result<Option<String>> {
    let Some(submission) = submission else {
        return token.create(conn, user).map(Some);
    };
    if !matches!(submission.claim(conn)?, Claim::First) {
        return Ok(None);
    }
    let made = token.create(conn, user)?;
    // The token itself is never stored.
    submission.finish(conn, "")?;
    Ok(Some(made))
}

/// The parts of the page besides the tokens.
struct Shown {
    form: Form,
    writes: bool,
    made: String,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            form: forms::token(),
            writes: false,
            made: String::new(),
        }
    }
}

/// Returns an error if the site wants a second factor that this session has not shown: otherwise a token would be a way
/// around it.
fn must_be_verified(request: &HttpRequest, user: &User) -> Result<()> {
    if two_factor::is_missing(request, user) {
        Err(Error::TwoFactorRequired(full_path(request)))
    } else {
        Ok(())
    }
}

/// Returns the number of days in the form, and adds an error if it is not one.
fn days(form: &mut Form) -> Option<i64> {
    let text = form.value("days");
    if text.is_empty() {
        return None;
    }
    let days = text
        .parse()
        .ok()
        .filter(|days| (1..=MOST_DAYS).contains(days));
    if days.is_none() {
        let text = format!("Enter a whole number from 1 to {MOST_DAYS}.");
        form.add_error("days", text);
    }
    days
}

/// Checks the password as a login does, and adds an error if it is wrong. Returns `Some` if too many attempts failed before.
async fn check_password(
    request: &HttpRequest,
    user: &User,
    form: &mut Form,
) -> Result<Option<Blocked>> {
    let attempt = login_attempt(request, &user.username, form.value("password")).await?;
    match attempt {
        LoginAttempt::Accepted(owner) if owner.id == user.id => Ok(None),
        LoginAttempt::Accepted(_) | LoginAttempt::Refused => {
            form.add_error("password", WRONG_PASSWORD);
            Ok(None)
        }
        LoginAttempt::Blocked(blocked) => {
            form.add_error("password", blocked.text());
            Ok(Some(blocked))
        }
    }
}

async fn revoke(request: &HttpRequest, user: &User, db: &Db, id: &str) -> Result<HttpResponse> {
    let (whose, id) = (user.clone(), id.parse().unwrap_or_default());
    let revoked = db
        .atomic(move |conn| ApiToken::revoke(conn, &whose, id))
        .await?;
    let messages = Messages::from_request(request);
    match revoked {
        Some(name) => {
            audit::note(request, "api_token_revoked", &user.username);
            messages.success(format!("The token “{name}” does not work any more."));
        }
        None => messages.add(Level::WARNING, "That token was revoked already."),
    }
    Ok(private_redirect(HERE))
}

async fn show(
    request: &HttpRequest,
    page: Page,
    user: CurrentUser,
    db: web::Data<Db>,
    shown: Shown,
) -> Result<HttpResponse> {
    let whose = User::clone(&user);
    let list = db.run(move |conn| ApiToken::of_user(conn, &whose)).await?;
    let settings = page.settings();
    let rows = list.into_iter();
    let rows = rows.map(|token| TokenLine::new(token, settings)).collect();

    let mut response = private(
        request,
        &Tokens {
            rows,
            made: shown.made,
            form: shown.form,
            writes: shown.writes,
            has_docs: request
                .app_data::<web::Data<UrlTable>>()
                .is_some_and(|urls| urls.has("/api/docs/")),
            page,
        },
    )?;
    // The URL of the page must not be sent elsewhere while it shows a token.
    let header = actix_web::http::header::REFERRER_POLICY;
    response
        .headers_mut()
        .insert(header, HeaderValue::from_static("same-origin"));
    Ok(response)
}
