//! What was done: the latest acts of a user, and all acts on a row.

mod page;
mod recent;
mod sentence;

pub(super) use page::history;
pub(super) use recent::RecentAction;
