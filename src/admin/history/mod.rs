//! The history: the latest actions of a user, and all actions on a row.

mod act_kind;
mod page;
mod recent;
mod sentence;

pub(super) use page::history;
pub(super) use recent::RecentAction;

use chrono_tz::Tz;

use super::LogEntry;
use crate::auth::User;

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
        match entry.action_time {
            Some(time) => Self {
                machine: time.utc().to_rfc3339(),
                text: time.text(&zone),
            },
            None => Self {
                machine: String::new(),
                text: "unknown time".to_owned(),
            },
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
