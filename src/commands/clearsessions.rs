//! `clearsessions`: deletes the rows of sessions that have expired. To be run once a day.

use super::connect;
use super::terminal::say;
use crate::error::Result;
use crate::sessions::SessionRow;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> Result<()> {
    let deleted = SessionRow::delete_expired(&mut connect(settings)?)?;
    say(&format!("{deleted} expired sessions deleted"))
}
