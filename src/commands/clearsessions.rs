//! `clearsessions`: deletes the rows of sessions that have expired, failed logins that are forgotten, forms that waited for
//! a login, files of forms that were never saved, and old notes of forms that were. To be run once a day.

use super::connect;
use super::terminal::say;
use crate::auth::{kept_forms, throttle};
use crate::error::Result;
use crate::forms::submissions;
use crate::http::KeptFiles;
use crate::sessions::{SessionRow, Visit};
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let deleted = SessionRow::delete_expired(&mut conn)?;
    Visit::delete_orphans(&mut conn)?;
    say(&format!("{deleted} expired sessions deleted"))?;
    let deleted = throttle::delete_forgotten(&mut conn)?;
    say(&format!("{deleted} counts of failed logins deleted"))?;
    let deleted = submissions::delete_old(&mut conn)?;
    say(&format!("{deleted} notes of forms that were saved deleted"))?;
    let deleted = kept_forms::delete_old(&mut conn)?;
    say(&format!("{deleted} forms that waited for a login deleted"))?;
    let deleted = KeptFiles::clear(settings)?;
    say(&format!("{deleted} files of forms that were never saved deleted"))
}
