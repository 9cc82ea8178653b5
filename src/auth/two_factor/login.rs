//! A login in two steps.

use actix_web::HttpRequest;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Answer, TwoFactor};
use crate::auth::session_hash::{session_auth_hash, verify_session_hash};
use crate::auth::{User, audit, visitor};
use crate::error::{Error, Result};
use crate::sessions::Session;
use crate::settings::Settings;

/// The session's keys: a login that waits for its code, and whose second factor was shown.
const PENDING: &str = "_nuages_pending_login";
const VERIFIED: &str = "_nuages_two_factor";
/// How long a login waits for its code, in seconds.
const PATIENCE: i64 = 600;
/// So many wrong codes end it.
const TRIES: u64 = 5;

const CODE_URL: &str = "/accounts/login/code/";
const SET_UP_URL: &str = "/accounts/two-factor/set-up/";

/// A login whose password was right, and whose code is still to come.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Who wants in.
    pub user: User,
    /// Where they want to go: a path of this site.
    pub next: String,
    tries: u64,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Logged in; a recovery code was used up, if so many are left.
    LoggedIn(Option<usize>),
    /// It was wrong.
    Wrong,
    /// It was not looked at: too many were wrong. So long until the next.
    Wait(TimeDelta),
    /// It was wrong, and one too many: the login begins anew.
    Ended,
}

/// Goes on with the login of `user`, whose password was right: where to lead them. `next` must be a path of this site.
///
/// Who has a second factor is asked for it first. Staff who have none are led to set one up, if the site wants it.
pub async fn log_in(request: &HttpRequest, user: User, next: &str) -> Result<String> {
    let (settings, db) = visitor::app(request);
    let id = user.id;
    if db.run(move |conn| TwoFactor::is_on(conn, id)).await? {
        visitor::user(request).await?;
        begin(request, &user, next, settings);
        return Ok(CODE_URL.to_owned());
    }
    let must_set_up = settings.require_staff_two_factor && user.is_staff;
    visitor::login(request, user).await?;
    Session::of(request).remove(VERIFIED);
    Ok(if must_set_up {
        with_next(SET_UP_URL, next)
    } else {
        next.to_owned()
    })
}

/// Leads who is logged in without a second factor, as by a page of Django's, to where they show it: `None` if that is
/// the page at hand.
pub async fn step_up(request: &HttpRequest, next: &str) -> Result<Option<String>> {
    let (settings, db) = visitor::app(request);
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

/// The login that waits in the session of `request`, if there is one that still counts.
pub async fn pending(request: &HttpRequest) -> Result<Option<Pending>> {
    visitor::user(request).await?;
    let session = Session::of(request);
    let Some(value) = session.get(PENDING) else {
        return Ok(None);
    };
    let found = read(&value, Utc::now().timestamp());
    let (settings, db) = visitor::app(request);
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
    let (settings, db) = visitor::app(request);
    let (id, code, shared) = (pending.user.id, code.to_owned(), settings.clone());
    let session = Session::of(request);
    match db
        .atomic(move |conn| TwoFactor::check(conn, id, &code, &shared))
        .await?
    {
        Answer::Right(left) => {
            session.remove(PENDING);
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

/// Whether `user`, who is logged in, showed their second factor in this session.
pub fn is_verified(request: &HttpRequest, user: &User) -> bool {
    Session::of(request)
        .get_str(VERIFIED)
        .is_some_and(|id| id == user.id.to_string())
}

/// Notes in the session that its user showed their second factor.
pub fn verified(request: &HttpRequest, user_id: i32) {
    Session::of(request).insert(VERIFIED, user_id.to_string());
}

/// Who knew the session's key before knows nothing of what follows.
fn begin(request: &HttpRequest, user: &User, next: &str, settings: &Settings) {
    let session = Session::of(request);
    session.cycle_key();
    let hash = session_auth_hash(&user.password, &settings.secret_key);
    let at = Utc::now().timestamp();
    session.insert(
        PENDING,
        json!({ "user": user.id, "hash": hash, "at": at, "next": next, "tries": 0 }),
    );
}

/// User, hash of their password, where to go, and wrong codes so far; `None` if it waits too long.
fn read(value: &Value, now: i64) -> Option<(i32, String, String, u64)> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let at = value["at"].as_i64()?;
    let tries = value["tries"].as_u64().filter(|tries| *tries < TRIES)?;
    let user = i32::try_from(value["user"].as_i64()?).ok()?;
    (0..PATIENCE)
        .contains(&(now - at))
        .then_some((user, text("hash")?, text("next")?, tries))
}

/// `url` with `next` as its query.
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
    fn a_login_waits_ten_minutes_and_for_five_codes() {
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
