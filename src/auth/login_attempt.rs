//! A login attempt by a visitor: calls [`authenticate`](super::authenticate()) with limits.

use actix_web::HttpRequest;

use super::backends::{Backends, Credentials};
use super::hash_pool::Turn;
use super::signals::{Announcement, UserSignal};
use super::throttle::{Blocked, Throttle, Try};
use super::{User, audit, hash_pool, normalize};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::settings_and_db;

/// The number of times that an attempt with a turn may find another transaction writing, before it
/// is answered with 503.
const TRIES_TO_COUNT: usize = 20;

/// The result of a login attempt.
#[derive(Debug)]
pub enum LoginAttempt {
    /// Name and password are this user's. The user is not logged in yet: call [`visitor::login`](super::visitor::login).
    Accepted(Box<User>),
    /// Name or password is wrong, or the user may not log in.
    Refused,
    /// Too many attempts failed before, so the password was not checked. Answer with 429.
    Blocked(Blocked),
}

/// Checks a name and a password, unless too many attempts have failed; see
/// [`throttle`](super::throttle). Failures are written to the security log.
pub async fn login_attempt(
    request: &HttpRequest,
    username: &str,
    password: &str,
) -> Result<LoginAttempt> {
    let account = normalize::username(username);
    let throttle = Throttle::new(request, "login", &account);
    let blocked = |blocked: Blocked| {
        audit::warn(request, "login_blocked", &account);
        Ok(LoginAttempt::Blocked(blocked))
    };
    // A blocked attempt does not use a turn.
    if let Err(wait) = throttle.look().await? {
        return blocked(wait);
    }
    let (_, db) = settings_and_db(request);
    let (turn, counted) = turn_and_count(db, &throttle).await?;
    let tried = match counted {
        Ok(tried) => tried,
        Err(wait) => return blocked(wait),
    };
    // `ModelBackend` ends the turn, because the following code may have to wait for another writer.
    let credentials = Credentials::new(request, &account, password, turn);
    match Backends::of(request).authenticate(&credentials).await {
        Ok(Some(user)) => {
            tried.give_back().await?;
            Ok(LoginAttempt::Accepted(Box::new(user)))
        }
        Ok(None) => {
            audit::warn(request, "login_failed", &account);
            throttle.failed(tried).await?;
            if let Some(announcement) = Announcement::new(request, UserSignal::LoginFailed) {
                db.atomic(move |conn| announcement.send(conn, None, &account).map(drop))
                    .await?;
            }
            Ok(LoginAttempt::Refused)
        }
        Err(error) => {
            // It is unknown whether the password is correct.
            tried.give_back().await?;
            Err(error)
        }
    }
}

/// Waits for a turn to compute a hash, and counts the attempt as failed during that turn only. So
/// many simultaneous logins with the right password count as no more failures than there are turns.
///
/// While another program writes to an SQLite database, the attempt waits without a turn. Otherwise
/// all attempts would wait one after the other.
async fn turn_and_count(
    db: &Db,
    throttle: &Throttle,
) -> Result<(Turn, std::result::Result<Try, Blocked>)> {
    for _ in 0..TRIES_TO_COUNT {
        db.wait_for_writer().await?;
        let turn = hash_pool::turn().await?;
        if let Some(counted) = throttle.count_if_soon().await? {
            return Ok((turn, counted));
        }
    }
    Err(Error::Busy)
}
