//! `clearsessions`: deletes expired sessions, forgotten login failures, forms that were kept for a
//! login, files of forms that were never saved, old submission ids, expired tokens, and answers of the
//! API that were kept for repeated requests. Run it once a day.

use super::connect;
use crate::api;
use crate::auth::api_tokens::ApiToken;
use crate::auth::{kept_forms, throttle};
use crate::error::Result;
use crate::forms::submissions;
use crate::http::KeptFiles;
use crate::sessions::{SessionRow, Visit};
use crate::settings::Settings;
use crate::terminal::say;
use crate::words::counted;

pub(super) fn run(settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let deleted = SessionRow::delete_expired(&mut conn)?;
    Visit::delete_orphans(&mut conn)?;
    say(&format!(
        "{} deleted",
        counted(deleted, "expired session", "expired sessions")
    ))?;
    let deleted = throttle::delete_forgotten(&mut conn)?;
    say(&format!(
        "{} deleted",
        counted(deleted, "count of failed logins", "counts of failed logins")
    ))?;
    let deleted = submissions::delete_old(&mut conn)?;
    say(&format!(
        "{} deleted",
        counted(
            deleted,
            "note of a form that was saved",
            "notes of forms that were saved"
        )
    ))?;
    let deleted = kept_forms::delete_old(&mut conn)?;
    say(&format!(
        "{} deleted",
        counted(
            deleted,
            "form that waited for a login",
            "forms that waited for a login"
        )
    ))?;
    let deleted = ApiToken::delete_expired(&mut conn)?;
    say(&format!(
        "{} deleted",
        counted(deleted, "expired token", "expired tokens")
    ))?;
    let deleted = api::delete_old_idempotency_keys(&mut conn)?;
    say(&format!(
        "{} deleted",
        counted(
            deleted,
            "answer kept for a repeated request",
            "answers kept for repeated requests"
        )
    ))?;
    let deleted = KeptFiles::clear(settings)?;
    say(&format!(
        "{} deleted",
        counted(
            deleted,
            "file of a form that was never saved",
            "files of forms that were never saved"
        )
    ))
}
