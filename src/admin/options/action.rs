//! What can be done to the rows that are ticked in a list.

use crate::admin::run_action::Location;
use crate::auth::User;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::messages::Level;
use crate::models::{Meta, Query, Record};

/// Rows that an action is given at a time.
const CHUNK: i64 = 500;
/// After so many, the log says how far it came.
const LOGGED: i64 = 10_000;

/// What an action gets.
#[derive(Debug)]
pub struct ActionRequest<'a> {
    /// The action's name.
    pub action: &'static str,
    /// The chosen rows: those ticked, or all of the list.
    pub selection: &'a Query,
    /// How many they are.
    pub count: i64,
    /// Who asks.
    pub user: &'a User,
}

impl ActionRequest<'_> {
    /// Sets columns in all chosen rows, 10,000 with one statement: a database remembers in memory how to take a statement
    /// back. The log says how far it came. How many there were.
    pub fn update(&self, conn: &mut Conn, values: &[(&'static str, Value)]) -> Result<i64> {
        let (mut chunks, mut done) = (self.selection.chunks(LOGGED), 0);
        while let Some(rows) = chunks.next_query(conn)? {
            rows.lock(conn)?;
            done += i64::try_from(rows.update(conn, values.to_vec())?).unwrap_or_default();
            self.log(done);
        }
        Ok(done)
    }

    /// Calls `work` with all chosen rows, 500 at a time: memory holds no more of them, however many they are. The log says
    /// every 10,000 rows how far it came. How many there were.
    pub fn each_chunk(
        &self,
        conn: &mut Conn,
        mut work: impl FnMut(&mut Conn, &[Record]) -> Result<()>,
    ) -> Result<i64> {
        let (mut chunks, mut done) = (self.selection.chunks(CHUNK), 0);
        while let Some(records) = chunks.next(conn)? {
            work(conn, &records)?;
            done += i64::try_from(records.len()).unwrap_or_default();
            self.log(done);
        }
        Ok(done)
    }

    fn log(&self, done: i64) {
        if done > 0 && done % LOGGED == 0 {
            let model = self.selection.model().label();
            log::info!(target: "nuages.admin", "{}: {done} of {} of {model}", self.action, self.count);
        }
    }
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
        Self {
            level: Level::SUCCESS,
            message: message.into(),
        }
    }

    /// Something to know.
    pub fn info(message: impl Into<String>) -> Self {
        Self {
            level: Level::INFO,
            message: message.into(),
        }
    }

    /// It did not go.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            level: Level::ERROR,
            message: message.into(),
        }
    }
}

/// What Django's `message_user` says: something to know.
impl From<String> for ActionResult {
    fn from(message: String) -> Self {
        Self::info(message)
    }
}

impl From<&str> for ActionResult {
    fn from(message: &str) -> Self {
        Self::info(message)
    }
}

/// Does something to chosen rows.
pub type Run = fn(&mut Conn, &ActionRequest<'_>) -> Result<ActionResult>;

/// Something that can be done to chosen rows. It runs in one transaction: what it returns an error for has not happened.
///
/// What is the same for all rows is [`ActionRequest::update`]; what is not goes row by row, with
/// [`ActionRequest::each_chunk`]. Neither holds more rows in memory the more are chosen.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// What forms call it.
    pub name: &'static str,
    /// What people read; `%(verbose_name_plural)s` and `%(verbose_name)s` are filled in.
    pub description: &'static str,
    /// The permissions of which the user needs at least one: `view`, `change`, `delete` … An empty list stands for `change`.
    pub permissions: &'static [&'static str],
    /// Whether it asks before it runs.
    pub confirm: bool,
    /// Whether the list offers it.
    pub in_list: bool,
    /// The label on the change form of a row; `None` if the form does not offer the action.
    pub form_description: Option<&'static str>,
    /// Does it.
    pub run: Run,
}

impl Action {
    /// Creates an action for users who may change the model. See [`permissions`](Self::permissions) for other users.
    pub const fn new(name: &'static str, description: &'static str, run: Run) -> Self {
        Self {
            name,
            description,
            permissions: &[],
            confirm: false,
            in_list: true,
            form_description: None,
            run,
        }
    }

    /// The permissions of which the user needs at least one, with the default filled in.
    pub fn required_permissions(&self) -> &'static [&'static str] {
        if self.permissions.is_empty() {
            &["change"]
        } else {
            self.permissions
        }
    }

    /// Returns the label on the list of `model`.
    pub fn label(&self, model: &Meta) -> String {
        filled_in(self.description, model)
    }

    /// Returns the label on the change form of a row of `model`.
    pub fn form_label(&self, model: &Meta) -> String {
        filled_in(self.form_description.unwrap_or(self.description), model)
    }

    /// Whether the action can be run from `location`.
    pub(in crate::admin) fn is_at(&self, location: Location) -> bool {
        match location {
            Location::ChangeList => self.in_list,
            Location::ChangeForm => self.form_description.is_some(),
        }
    }

    /// Offers the action on the change form of a single row as well, with a label of its own: `.on_form("Mark as active")`
    /// (Django 6.1's `location`).
    #[must_use]
    pub const fn on_form(mut self, description: &'static str) -> Self {
        self.form_description = Some(description);
        self
    }

    /// Offers the action on the change form of a single row only.
    #[must_use]
    pub const fn only_on_form(mut self) -> Self {
        self.in_list = false;
        self.form_description = Some(self.description);
        self
    }

    /// Offers the action to users who have at least one of these permissions on the model, instead of `change`. An action
    /// that only reads, such as an export, takes `&["view"]`.
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

fn filled_in(text: &str, model: &Meta) -> String {
    let text = text.replace("%(verbose_name_plural)s", &model.verbose_name_plural);
    text.replace("%(verbose_name)s", &model.verbose_name)
}
