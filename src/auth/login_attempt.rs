//! One try to log in: the way to [`authenticate`](super::authenticate()) for everybody outside.

use actix_web::HttpRequest;

use super::authenticate::authenticate_in_turn;
use super::hash_pool::Turn;
use super::hashers::HashPolicy;
use super::throttle::{Blocked, Throttle, Try};
use super::{User, audit, hash_pool, normalize, visitor};
use crate::db::Db;
use crate::error::{Error, Result};

/// How often a login attempt that has its turn may find another writer before it is answered with 503.
const TRIES_TO_COUNT: usize = 20;

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
pub async fn login_attempt(
    request: &HttpRequest,
    username: &str,
    password: &str,
) -> Result<LoginAttempt> {
    let account = normalize::username(username);
    let throttle = Throttle::of(request, "login", &account);
    let blocked = |blocked: Blocked| {
        audit::warn(request, "login_blocked", &account);
        Ok(LoginAttempt::Blocked(blocked))
    };
    // A blocked visitor takes no turn.
    if let Err(wait) = throttle.look().await? {
        return blocked(wait);
    }
    let (settings, db) = visitor::app(request);
    let (turn, counted) = turn_and_count(db, &throttle).await?;
    let tried = match counted {
        Ok(tried) => tried,
        Err(wait) => return blocked(wait),
    };
    // The turn ends with this call: what follows may have to wait for another writer.
    match authenticate_in_turn(turn, HashPolicy::of(settings), db, &account, password).await {
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
            // Whether the password is right is unknown.
            tried.give_back().await?;
            Err(error)
        }
    }
}

/// Waits for a turn to make a hash, and counts the attempt as failed during that turn: so a crowd of visitors with the right
/// password counts only as many failures as there are turns.
///
/// While another program writes to an SQLite database, the attempt waits without a turn. Otherwise the attempts would wait
/// one after the other.
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
