//! What can be done to the rows that are ticked in a list.

use crate::auth::User;
use crate::db::Conn;
use crate::error::Result;
use crate::messages::Level;
use crate::models::{Meta, Query};

/// What an action gets.
#[derive(Debug)]
pub struct ActionRequest<'a> {
    /// The chosen rows: those ticked, or all of the list.
    pub selection: &'a Query,
    /// How many they are.
    pub count: i64,
    /// Who asks.
    pub user: &'a User,
}

/// What an action says when it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResult {
    /// How it went.
    pub level: Level,
    /// A sentence for the user.
    pub message: String,
}

impl ActionResult {
    /// It went well.
    pub fn success(message: impl Into<String>) -> Self {
        Self { level: Level::SUCCESS, message: message.into() }
    }

    /// Something to know.
    pub fn info(message: impl Into<String>) -> Self {
        Self { level: Level::INFO, message: message.into() }
    }

    /// It did not go.
    pub fn error(message: impl Into<String>) -> Self {
        Self { level: Level::ERROR, message: message.into() }
    }
}

/// Something that can be done to chosen rows. It runs in one transaction.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// What forms call it.
    pub name: &'static str,
    /// What people read; `%(verbose_name_plural)s` and `%(verbose_name)s` are filled in.
    pub description: &'static str,
    /// The permissions of which one is needed: `change`, `delete` …; none needs none.
    pub permissions: &'static [&'static str],
    /// Whether it asks before it runs.
    pub confirm: bool,
    /// Does it.
    pub run: fn(&mut Conn, &ActionRequest<'_>) -> Result<ActionResult>,
}

impl Action {
    /// An action.
    pub const fn new(
        name: &'static str,
        description: &'static str,
        run: fn(&mut Conn, &ActionRequest<'_>) -> Result<ActionResult>,
    ) -> Self {
        Self { name, description, permissions: &[], confirm: false, run }
    }

    /// What people read of it on the list of `model`.
    pub fn label(&self, model: &Meta) -> String {
        let text = self.description.replace("%(verbose_name_plural)s", &model.verbose_name_plural);
        text.replace("%(verbose_name)s", &model.verbose_name)
    }

    /// Only for who has one of these permissions on the model: `&["change"]`.
    #[must_use]
    pub const fn permissions(mut self, actions: &'static [&'static str]) -> Self {
        self.permissions = actions;
        self
    }

    /// It asks before it runs.
    #[must_use]
    pub const fn confirm(mut self) -> Self {
        self.confirm = true;
        self
    }
}
