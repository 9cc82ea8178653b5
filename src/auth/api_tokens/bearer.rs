//! The user of a request with a token.

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};

use super::rate;
use super::rows::ApiToken;
use crate::auth::throttle::Throttle;
use crate::auth::{User, audit};
use crate::csrf::is_safe_method;
use crate::db::Db;
use crate::error::{Error, Problem, Result};
use crate::http::settings_and_db;

/// The error for a request to an API without a user.
pub(crate) const MISSING: Error =
    Error::Unauthorized("Send a token: Authorization: Bearer <token>.");

/// The error for a token that nobody has, or that is not valid any more.
const WRONG: Error = Error::Unauthorized("This token is not valid, or not any more.");

/// Whether `request` has a token, whatever it is. Then a session does not count.
pub(crate) fn is_sent(request: &HttpRequest) -> bool {
    token(request).is_some()
}

/// Returns the text after `Bearer`.
fn token(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(AUTHORIZATION)?;
    let text = HeaderValue::to_str(header).unwrap_or("Bearer");
    let (scheme, token) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the user of the token of `request`. A wrong token is slowed down like a wrong password.
pub(crate) async fn user_of(request: &HttpRequest) -> Result<User> {
    let text = token(request).unwrap_or_default().to_owned();
    let (settings, db) = settings_and_db(request);
    let token_and_user = if text.is_empty() {
        None
    } else {
        db.run(move |conn| ApiToken::find(conn, &text)).await?
    };
    let Some((token, user)) = token_and_user else {
        return Err(refuse(request).await?);
    };

    if !token.may_write() && !is_safe_method(request.method().as_str()) {
        let text = "This token can only read.";
        return Err(Problem::new(StatusCode::FORBIDDEN, text).into());
    }
    let waits = settings
        .api
        .rate
        .and_then(|rate| rate::count((token.id, token.created_at), rate));
    if let Some(wait) = waits {
        let seconds = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX);
        return Err(Error::TooManyRequests(seconds.saturating_add(1)));
    }
    note(db, &token).await;
    request.extensions_mut().insert(token);
    Ok(user)
}

/// Counts a wrong token, and returns the error for its sender.
async fn refuse(request: &HttpRequest) -> Result<Error> {
    let throttle = Throttle::of_address(request, "api_token");
    let counted = match throttle.look().await? {
        Ok(()) => throttle.count_if_soon().await?,
        Err(blocked) => Some(Err(blocked)),
    };
    match counted {
        Some(Err(blocked)) => {
            audit::warn(request, "api_token_blocked", "");
            Ok(Error::TooManyRequests(blocked.seconds()))
        }
        Some(Ok(tried)) => {
            audit::warn(request, "api_token_refused", "");
            throttle.failed(tried).await?;
            Ok(WRONG)
        }
        None => Ok(Error::Busy),
    }
}

/// Notes the use of the token, if the last one is some minutes ago. If another transaction is writing, a later request
/// notes it.
async fn note(db: &Db, token: &ApiToken) {
    if !token.is_use_news() {
        return;
    }
    let id = token.id;
    let noted = db
        .write_if_free(move |conn| conn.without_waiting(|conn| ApiToken::note_use(conn, id)))
        .await;
    match noted {
        Ok(()) | Err(Error::Busy | Error::ReadOnly(_) | Error::DiskFull(_)) => {}
        Err(error) => log::warn!(target: "nuages.db", "the use of a token was not noted: {error}"),
    }
}
