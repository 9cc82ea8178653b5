//! What was done: the latest acts of a user, and all acts on a row.

mod page;
mod recent;
mod sentence;

pub(super) use page::history;
pub(super) use recent::RecentAction;

use crate::auth::User;

/// `clerk (Clara Kerr)`
pub(super) fn full_name(user: User) -> String {
    let name = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
    if name.is_empty() { user.username } else { format!("{} ({name})", user.username) }
}
