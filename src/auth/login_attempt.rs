//! One try to log in: the way to [`authenticate`](super::authenticate()) for everybody outside.

use actix_web::HttpRequest;

use super::authenticate::authenticate_in_turn;
use super::hashers::HashPolicy;
use super::throttle::{Blocked, Throttle};
use super::{User, audit, hash_pool, normalize, visitor};
use crate::error::Result;

/// What became of a try to log in.
#[derive(Debug)]
pub enum LoginAttempt {
    /// Name and password are this user's. Nobody is logged in yet: that is [`visitor::login`]'s part.
    Accepted(Box<User>),
    /// They are nobody's, or those of a user who may not log in.
    Refused,
    /// There were too many failures before: the password was not looked at. To be answered with 429.
    Blocked(Blocked),
}

/// Looks whether a name and a password are those of a user, unless too many tries have failed; see
/// [`throttle`](super::throttle). Failures are in the security log.
pub async fn login_attempt(request: &HttpRequest, username: &str, password: &str) -> Result<LoginAttempt> {
    let account = normalize::username(username);
    let throttle = Throttle::of(request, "login", &account);
    let blocked = |blocked: Blocked| {
        audit::warn(request, "login_blocked", &account);
        Ok(LoginAttempt::Blocked(blocked))
    };
    // Who is blocked takes no turn. Who is not is counted only during the turn: a crowd of those who are right counts as
    // many as there are turns at once, and then nothing.
    if let Err(wait) = throttle.look().await? {
        return blocked(wait);
    }
    let turn = hash_pool::turn().await?;
    let tried = match throttle.count().await? {
        Ok(tried) => tried,
        Err(wait) => return blocked(wait),
    };
    let (settings, db) = visitor::app(request);
    match authenticate_in_turn(&turn, HashPolicy::of(settings), db, &account, password).await {
        Ok(Some(user)) => {
            tried.give_back().await?;
            Ok(LoginAttempt::Accepted(Box::new(user)))
        }
        Ok(None) => {
            audit::warn(request, "login_failed", &account);
            throttle.failed(tried).await?;
            Ok(LoginAttempt::Refused)
        }
        Err(error) => {
            // Nothing was learnt from it.
            tried.give_back().await?;
            Err(error)
        }
    }
}
