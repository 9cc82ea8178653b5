//! The last save of a row, for the message about a conflict.

use chrono_tz::Tz;

use super::history::{ActTime, full_name};
use super::{Actor, LogEntry};
use crate::db::Conn;
use crate::error::Result;
use crate::models::Meta;

/// The last action on a row in the history.
#[derive(Debug, Clone)]
pub(super) struct LastSave {
    /// The name of the user; "" for the current user.
    pub(super) by: String,
    pub(super) time: ActTime,
}

impl LastSave {
    /// Returns the last action on each of these rows, by primary key, with one query.
    pub(super) fn for_rows(
        conn: &mut Conn,
        model: &Meta,
        pks: &[&str],
        actor: &Actor,
        zone: Tz,
    ) -> Result<Vec<(String, Self)>> {
        let found = LogEntry::last_of(conn, model, pks)?.into_iter();
        let told = found.map(|(entry, user)| {
            let by = if user.id == actor.user.id {
                String::new()
            } else {
                full_name(user)
            };
            let time = ActTime::new(&entry, zone);
            (entry.object_id.unwrap_or_default(), Self { by, time })
        });
        Ok(told.collect())
    }
}
