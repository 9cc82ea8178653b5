//! The page with the user's sessions.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;

use super::{WRONG_PASSWORD, private, private_redirect};
use crate::accounts::forms;
use crate::auth::{
    CurrentUser, OwnSession, OwnSessions, User, audit, hash_password_again, is_password_of,
    renew_hash, visitor,
};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::forms::Form;
use crate::framed;
use crate::http::{PostData, device};
use crate::messages::{Level, Messages};
use crate::pages::Page;
use crate::sessions::Session;
use crate::settings::Settings;

const HERE: &str = "/accounts/sessions/";

#[derive(Template)]
#[template(path = "accounts/sessions.html", blocks = ["title", "head", "content"])]
struct Sessions {
    page: Page,
    rows: Vec<Row>,
    is_complete: bool,
    form: Form,
}

framed!(Sessions);

/// A session, as the page shows it.
struct Row {
    mark: String,
    is_this: bool,
    /// "" if the device is unknown.
    device: String,
    address: String,
    /// Whether Nuages has recorded a visit of this session.
    is_visited: bool,
    began: Option<Moment>,
    /// `None` if Nuages has recorded no visit, or if the time cannot be read.
    last_seen: Option<Moment>,
    ends: Moment,
}

/// A point in time, as text for people and in ISO format.
struct Moment {
    text: String,
    iso: String,
}

impl Moment {
    fn new(time: Timestamp, zone: Tz) -> Self {
        let local = time.utc().with_timezone(&zone);
        Self {
            text: local.format("%-d %b %Y, %H:%M").to_string(),
            iso: local.format("%Y-%m-%dT%H:%M%:z").to_string(),
        }
    }
}

impl Row {
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
    let mut rows: Vec<Row> = list
        .iter()
        .map(|session| Row::new(session, key.as_deref(), &settings))
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
