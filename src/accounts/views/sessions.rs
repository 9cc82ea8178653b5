//! The page with the user's sessions.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;

use super::{WRONG_PASSWORD, private, private_redirect};
use crate::accounts::forms;
use crate::auth::{
    CurrentUser, OwnSession, OwnSessions, User, audit, hash_password_again, is_password_of,
    kept_forms, renew_hash, visitor,
};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::forms::Form;
use crate::http::{PostData, device};
use crate::messages::{Level, Messages};
use crate::pages::{Page, replaceable};
use crate::sessions::Session;
use crate::settings::Settings;

const HERE: &str = "/accounts/sessions/";

/// The page of the user's sessions.
#[derive(Template)]
#[template(path = "accounts/sessions.html", blocks = ["title", "head", "content"])]
#[non_exhaustive]
pub struct Sessions {
    /// The visitor, messages and the CSRF token.
    pub page: Page,
    /// The sessions.
    pub rows: Vec<SessionLine>,
    /// Whether the page lists all sessions.
    pub is_complete: bool,
    /// The form with the field `password`.
    pub form: Form,
}

replaceable!(Sessions);

/// A session, as the page shows it.
#[non_exhaustive]
pub struct SessionLine {
    /// The mark of the session in forms, which is not its key.
    pub mark: String,
    /// Whether this is the session of the page.
    pub is_this: bool,
    /// "" if the device is unknown.
    pub device: String,
    /// The address of the last visit.
    pub address: String,
    /// Whether Nuages has recorded a visit of this session.
    pub is_visited: bool,
    /// The time of the login, if it is known.
    pub began: Option<Moment>,
    /// `None` if Nuages has recorded no visit, or if the time cannot be read.
    pub last_seen: Option<Moment>,
    /// The time when the session expires.
    pub ends: Moment,
}

/// A point in time, as text for people and in ISO format.
#[non_exhaustive]
pub struct Moment {
    /// The text for people.
    pub text: String,
    /// The time in ISO format.
    pub iso: String,
}

impl Moment {
    pub(super) fn new(time: Timestamp, zone: Tz) -> Self {
        let local = time.utc().with_timezone(&zone);
        Self {
            text: local.format("%-d %b %Y, %H:%M").to_string(),
            iso: local.format("%Y-%m-%dT%H:%M%:z").to_string(),
        }
    }
}

impl SessionLine {
    fn new(session: &OwnSession, current: Option<&str>, settings: &Settings) -> Self {
        let visit = session.visit.as_ref();
        let moment = |time| Moment::new(time, settings.time_zone);
        Self {
            mark: session.mark(&settings.secret_key),
            is_this: session.has_key(current),
            device: visit
                .map(|visit| device(&visit.user_agent))
                .unwrap_or_default(),
            address: visit.map(|visit| visit.address.clone()).unwrap_or_default(),
            is_visited: visit.is_some(),
            began: visit.and_then(|visit| visit.created_at).map(moment),
            last_seen: visit.and_then(|visit| visit.last_seen).map(moment),
            ends: moment(session.expires),
        }
    }
}

/// `GET /accounts/sessions/`
pub(in crate::accounts) async fn sessions(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    kept_forms::warn_about_secrets(&request).await?;
    show(
        &request,
        page,
        user,
        settings,
        db,
        forms::confirm_password(),
    )
    .await
}

/// `POST /accounts/sessions/`: with `session`, ends that session; with `password`, ends all others,
/// including those made by Django.
pub(in crate::accounts) async fn end_sessions(
    request: HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    data: PostData,
) -> Result<HttpResponse> {
    if let Some(mark) = data.fields.get("session") {
        let (whose, mark, shared) = (User::clone(&user), mark.to_owned(), settings.clone());
        let ended = db
            .atomic(move |conn| OwnSessions::end(conn, &whose, &shared, &mark))
            .await?;
        if ended {
            audit::note(&request, "session_ended", &user.username);
            Messages::from_request(&request).success("You are logged out there.");
        } else {
            Messages::from_request(&request).add(Level::WARNING, "That session has ended already.");
        }
        return Ok(private_redirect(HERE));
    }
    let mut form = forms::confirm_password().bind(&data);
    if form.is_valid() {
        let password = form.value("password");
        let ended = is_password_of(&request, &user, password).await?
            && end_others(
                &request,
                &user,
                &db,
                hash_password_again(&request, &user, password).await?,
            )
            .await?;
        if ended {
            audit::note(&request, "other_sessions_ended", &user.username);
            Messages::from_request(&request).success("You are logged out everywhere but here.");
            return Ok(private_redirect(HERE));
        }
        form.add_error("password", WRONG_PASSWORD);
    }
    show(&request, page, user, settings, db, form).await
}

/// Ends every other session by renewing the password hash, which only this session is updated to.
/// Returns `false` if the password was changed meanwhile.
async fn end_others(
    request: &HttpRequest,
    user: &CurrentUser,
    db: &Db,
    hash: String,
) -> Result<bool> {
    let (id, old, new) = (user.id, user.password.clone(), hash.clone());
    let kept = Session::from_request(request).key();
    let renewed = db.atomic(move |conn| {
        let renewed = renew_hash(conn, id, &old, &new)?;
        if renewed {
            OwnSessions::sweep(conn, id, kept.as_deref())?;
        }
        Ok(renewed)
    });
    let renewed = renewed.await?;
    if renewed {
        visitor::update_session_auth_hash(request, &hash);
    }
    Ok(renewed)
}

async fn show(
    request: &HttpRequest,
    page: Page,
    user: CurrentUser,
    settings: web::Data<Settings>,
    db: web::Data<Db>,
    form: Form,
) -> Result<HttpResponse> {
    let (whose, shared) = (User::clone(&user), settings.clone());
    let OwnSessions { list, is_complete } = db
        .run(move |conn| OwnSessions::load(conn, &whose, &shared))
        .await?;
    let key = Session::from_request(request).key();
    let mut rows: Vec<SessionLine> = list
        .iter()
        .map(|session| SessionLine::new(session, key.as_deref(), &settings))
        .collect();
    rows.sort_by_key(|row| !row.is_this);
    private(
        request,
        &Sessions {
            page,
            rows,
            is_complete,
            form,
        },
    )
}
