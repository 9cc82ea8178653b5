//! [`Actor`]: the user for whom rows are read and written.

use crate::auth::User;
use crate::auth::permissions::Permissions;

/// A user with their permissions. It can be moved to the thread that talks to the database.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user.
    pub user: User,
    /// The permissions of the user, loaded once.
    pub permissions: Permissions,
}
