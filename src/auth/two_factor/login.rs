//! Logs a user in with two steps.

use actix_web::HttpRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Answer, TwoFactor};
use crate::auth::session_hash::{session_auth_hash, verify_session_hash};
use crate::auth::{User, api_tokens, audit, backends, visitor};
use crate::clock;
use crate::error::{Error, Result};
use crate::http::settings_and_db;
use crate::sessions::Session;
use crate::settings::Settings;

/// Session keys: a login that waits for its code, and the user whose second factor was verified.
const PENDING: &str = "_nuages_pending_login";
const VERIFIED: &str = "_nuages_two_factor";
/// Time, in seconds, that a login waits for its code.
const PATIENCE: i64 = 600;
/// The number of wrong codes that ends a login.
const TRIES: u64 = 5;

const CODE_URL: &str = "/accounts/login/code/";
const SET_UP_URL: &str = "/accounts/two-factor/set-up/";

/// A login with a correct password that still needs a code.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The user to be logged in.
    pub user: User,
    /// The URL path of this site to redirect to after the login.
    pub next: String,
    tries: u64,
}

/// The result of checking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The user is logged in. If a recovery code was used, the number of remaining codes.
    LoggedIn(Option<usize>),
    /// The code was wrong.
    Wrong,
    /// The code was not checked because too many were wrong; the time until the next attempt.
    Wait(TimeDelta),
    /// The code was wrong too often: the login must start again.
    Ended,
}

/// Continues the login of `user`, whose password was correct, and returns the URL to redirect to.
/// `next` must be a path of this site.
///
/// A user with a second factor is asked for it first. Staff without one are redirected to set one
/// up, if the site requires it.
pub async fn log_in(request: &HttpRequest, user: User, next: &str) -> Result<String> {
    let (settings, db) = settings_and_db(request);
    let id = user.id;
    if db.run(move |conn| TwoFactor::is_on(conn, id)).await? {
        visitor::user(request).await?;
        begin(request, &user, next, settings);
        return Ok(CODE_URL.to_owned());
    }
    let must_set_up = settings.require_staff_two_factor && user.is_staff;
    visitor::login(request, user).await?;
    Session::from_request(request).remove(VERIFIED);
    Ok(if must_set_up {
        with_next(SET_UP_URL, next)
    } else {
        next.to_owned()
    })
}

/// For a user who is logged in without having shown the second factor (for example by a page of
/// Django's): returns the URL where the user can do so, or `None` if that is the current page.
pub async fn step_up(request: &HttpRequest, next: &str) -> Result<Option<String>> {
    let (settings, db) = settings_and_db(request);
    let Some(user) = visitor::user(request).await? else {
        return Err(Error::LoginRequired(next.to_owned()));
    };
    if is_verified(request, &user) {
        return Ok(Some(next.to_owned()));
    }
    let id = user.id;
    if !db.run(move |conn| TwoFactor::is_on(conn, id)).await? {
        return Ok(Some(with_next(SET_UP_URL, next)));
    }
    begin(request, &user, next, settings);
    Ok(None)
}

/// Returns the login that waits in the session of `request`, if it is still valid.
pub async fn pending(request: &HttpRequest) -> Result<Option<Pending>> {
    visitor::user(request).await?;
    let session = Session::from_request(request);
    let Some(value) = session.get(PENDING) else {
        return Ok(None);
    };
    let found = read(&value, clock::now().timestamp());
    let (settings, db) = settings_and_db(request);
    let user = match &found {
        Some((id, ..)) => {
            let id = *id;
            db.run(move |conn| User::find(conn, id)).await?
        }
        None => None,
    };
    let counts = |user: &User, hash: &str| {
        user.is_active
            && verify_session_hash(hash, &user.password, settings.secret_keys()).is_some()
    };
    let pending = found
        .zip(user)
        .filter(|((_, hash, ..), user)| counts(user, hash));
    if pending.is_none() {
        session.remove(PENDING);
    }
    Ok(pending.map(|((_, _, next, tries), user)| Pending { user, next, tries }))
}

/// Completes a login with a code.
pub async fn answer(request: &HttpRequest, pending: Pending, code: &str) -> Result<Outcome> {
    let (settings, db) = settings_and_db(request);
    let (id, code, shared) = (pending.user.id, code.to_owned(), settings.clone());
    let session = Session::from_request(request);
    match db
        .atomic(move |conn| TwoFactor::check(conn, id, &code, &shared))
        .await?
    {
        Answer::Right(left) => {
            let begun = session.remove(PENDING);
            let backend = begun.as_ref().and_then(|begun| begun["backend"].as_str());
            backends::continue_login(request, backend.unwrap_or_default());
            visitor::login(request, pending.user).await?;
            verified(request, id);
            Ok(Outcome::LoggedIn(left))
        }
        Answer::Wait(wait) => {
            audit::warn(request, "code_blocked", &pending.user.username);
            Ok(Outcome::Wait(wait))
        }
        Answer::Wrong if pending.tries + 1 < TRIES => {
            audit::warn(request, "code_failed", &pending.user.username);
            if let Some(mut value) = session.get(PENDING) {
                value["tries"] = (pending.tries + 1).into();
                session.insert(PENDING, value);
            }
            Ok(Outcome::Wrong)
        }
        Answer::Wrong | Answer::Off => {
            audit::warn(request, "login_ended_at_code", &pending.user.username);
            session.remove(PENDING);
            Ok(Outcome::Ended)
        }
    }
}

/// Whether the logged-in `user` has shown the second factor in this session.
pub fn is_verified(request: &HttpRequest, user: &User) -> bool {
    Session::from_request(request)
        .get_str(VERIFIED)
        .is_some_and(|id| id == user.id.to_string())
}

/// Whether the site wants a second factor of the logged-in `user`, and this session has not shown it. A token was made by a
/// session that has.
pub fn is_missing(request: &HttpRequest, user: &User) -> bool {
    let is_wanted = settings_and_db(request).0.require_staff_two_factor && user.is_staff;
    is_wanted && !api_tokens::is_sent(request) && !is_verified(request, user)
}

/// Records in the session that its user has shown the second factor.
pub fn verified(request: &HttpRequest, user_id: i32) {
    Session::from_request(request).insert(VERIFIED, user_id.to_string());
}

/// Stores a login that waits for its code, under a new session key.
fn begin(request: &HttpRequest, user: &User, next: &str, settings: &Settings) {
    let session = Session::from_request(request);
    session.cycle_key();
    let hash = session_auth_hash(&user.password, &settings.secret_key);
    let at = clock::now().timestamp();
    session.insert(
        PENDING,
        json!({
            "user": user.id, "hash": hash, "at": at, "next": next, "tries": 0, "backend": visitor::backend(request),
        }),
    );
}

/// Reads user, password hash, next URL and number of wrong codes; returns `None` if the login has
/// waited too long.
fn read(value: &Value, now: i64) -> Option<(i32, String, String, u64)> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let at = value["at"].as_i64()?;
    let tries = value["tries"].as_u64().filter(|tries| *tries < TRIES)?;
    let user = i32::try_from(value["user"].as_i64()?).ok()?;
    (0..PATIENCE)
        .contains(&(now - at))
        .then_some((user, text("hash")?, text("next")?, tries))
}

/// Returns `url` with `next` as its query.
pub fn with_next(url: &str, next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    format!("{url}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_waits_for_ten_minutes_or_five_codes() {
        let value = json!({ "user": 7, "hash": "h", "at": 1000, "next": "/", "tries": 4 });
        assert_eq!(
            read(&value, 1599),
            Some((7, "h".to_owned(), "/".to_owned(), 4))
        );
        assert_eq!(read(&value, 1600), None);
        assert_eq!(read(&value, 999), None);
        for (name, wrong) in [
            ("tries", json!(5)),
            ("user", json!("7")),
            ("user", json!(1_i64 << 40)),
            ("at", json!(null)),
        ] {
            let mut value = value.clone();
            value[name] = wrong;
            assert_eq!(read(&value, 1000), None, "{name}");
        }
        assert_eq!(read(&json!("nonsense"), 0), None);
        assert_eq!(
            with_next("/a/", "/b/?c=d&e"),
            "/a/?next=%2Fb%2F%3Fc%3Dd%26e"
        );
    }
}
