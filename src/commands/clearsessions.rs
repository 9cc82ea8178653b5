//! `clearsessions`: deletes the rows of sessions that have expired, and failed logins that are forgotten. To be run once a day.

use super::connect;
use super::terminal::say;
use crate::auth::throttle;
use crate::error::Result;
use crate::sessions::{SessionRow, Visit};
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let deleted = SessionRow::delete_expired(&mut conn)?;
    Visit::delete_orphans(&mut conn)?;
    say(&format!("{deleted} expired sessions deleted"))?;
    let deleted = throttle::delete_forgotten(&mut conn)?;
    say(&format!("{deleted} counts of failed logins deleted"))
}
