//! [`Actor`]: the user for whom rows are read and written.

use crate::auth::User;
use crate::auth::permissions::Permissions;
use crate::db::Conn;
use crate::error::Result;
use crate::models::Meta;

/// A user with their permissions. It can be moved to the thread that talks to the database.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user.
    pub user: User,
    /// The permissions of the user, loaded once.
    pub permissions: Permissions,
}

impl Actor {
    /// Returns a visitor who is not logged in, and has no permissions.
    pub fn anonymous() -> Self {
        Self {
            user: User::anonymous(),
            permissions: Permissions::default(),
        }
    }

    /// Loads a user with their permissions, for work in the background. Returns `None` if the user was deleted or is not
    /// active any more.
    pub(crate) fn load(conn: &mut Conn, user_id: i32) -> Result<Option<Self>> {
        let Some(user) = User::find(conn, user_id)?.filter(|user| user.is_active) else {
            return Ok(None);
        };
        let permissions = Permissions::load(conn, &user)?;
        Ok(Some(Self { user, permissions }))
    }

    /// Whether the user may view or change rows of `model`.
    pub(crate) fn may_view(&self, model: &Meta) -> bool {
        ["view", "change"]
            .iter()
            .any(|action| self.permissions.has_perm(&model.permission(action)))
    }
}
