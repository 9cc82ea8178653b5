//! Entries of Django's log, as pages show them.

mod act_kind;
mod recent;
mod sentence;

pub(super) use act_kind::ActKind;
pub(super) use recent::RecentAction;
pub(super) use sentence::sentence;

use chrono_tz::Tz;

use super::LogEntry;
use crate::auth::User;
use crate::db::Timestamp;

/// The time of an action, as pages show it.
#[derive(Debug, Clone)]
pub(super) struct ActTime {
    /// The ISO format; "" if the time cannot be read.
    pub(super) machine: String,
    /// `Jan. 2, 2024, 3:04 p.m.`, or `unknown time`.
    pub(super) text: String,
}

impl ActTime {
    pub(super) fn new(entry: &LogEntry, zone: Tz) -> Self {
        entry
            .action_time
            .map_or_else(Self::unknown, |time| Self::from_time(time, zone))
    }

    pub(super) fn from_time(time: Timestamp, zone: Tz) -> Self {
        Self {
            machine: time.utc().to_rfc3339(),
            text: time.text(&zone),
        }
    }

    pub(super) fn unknown() -> Self {
        Self {
            machine: String::new(),
            text: "unknown time".to_owned(),
        }
    }
}

/// Returns `clerk (Clara Kerr)`.
pub(super) fn full_name(user: User) -> String {
    let name = format!("{} {}", user.first_name, user.last_name)
        .trim()
        .to_owned();
    if name.is_empty() {
        user.username
    } else {
        format!("{} ({name})", user.username)
    }
}
