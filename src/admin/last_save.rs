//! Who saved a row last: what someone is told whose change collides with it.

use chrono_tz::Tz;

use super::history::{ActTime, full_name};
use super::{Actor, LogEntry};
use crate::db::Conn;
use crate::error::Result;
use crate::models::Meta;

/// The last act on a row that the history knows of.
#[derive(Debug, Clone)]
pub(super) struct LastSave {
    /// Who; "" for the user themselves.
    pub(super) by: String,
    pub(super) time: ActTime,
}

impl LastSave {
    /// Of each of these rows that has one, by primary key; one query.
    pub(super) fn of(
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
