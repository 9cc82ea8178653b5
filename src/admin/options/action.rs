//! Actions on the selected rows of a list.

use crate::admin::run_action::Location;
use crate::auth::User;
use crate::db::Conn;
use crate::error::Result;
use crate::messages::Level;
use crate::models::{Assignment, Meta, Query, Record};
use crate::records::{self, history::Watch};
use crate::settings::Settings;

/// Number of rows that an action gets at a time.
const CHUNK: i64 = 500;
/// The log reports the progress each time this many rows are done.
const LOGGED: i64 = 10_000;

/// The arguments of an action.
#[derive(Debug)]
pub struct ActionRequest<'a> {
    /// The action's name.
    pub action: &'static str,
    /// The selected rows: those that were ticked, or all of the list.
    pub selection: &'a Query,
    /// Number of selected rows.
    pub count: i64,
    /// The user who runs the action.
    pub user: &'a User,
    /// The settings of the site.
    pub settings: &'a Settings,
}

impl ActionRequest<'_> {
    /// Sets columns in all selected rows and returns the number of rows. Each statement changes
    /// 10,000 rows, because a database keeps the data for rolling back a statement in memory. The
    /// log reports the progress.
    ///
    /// ```
    /// use nuages::admin::options::ActionRequest;
    /// use nuages::db::Conn;
    /// use nuages::models::Assignment;
    /// use nuages::schema::auth_user as user;
    ///
    /// fn deactivate(conn: &mut Conn, request: &ActionRequest<'_>) -> nuages::error::Result<i64> {
    ///     request.update(conn, &[Assignment::new(user::is_active, false)])
    /// }
    /// ```
    pub fn update(&self, conn: &mut Conn, values: &[Assignment]) -> Result<i64> {
        records::update_as(conn, self.user.id, self.selection, values, |done| {
            self.log(done);
        })
    }

    /// Calls `work` with all selected rows, 500 at a time, so that memory use is bounded. Returns
    /// the number of rows. The log reports the progress every 10,000 rows.
    pub fn each_chunk(
        &self,
        conn: &mut Conn,
        mut work: impl FnMut(&mut Conn, &[Record]) -> Result<()>,
    ) -> Result<i64> {
        let (mut chunks, mut done) = (self.selection.chunks(CHUNK), 0);
        while let Some(records) = chunks.next(conn)? {
            let pks = records.iter().map(|record| record.pk().clone()).collect();
            let rows = Query::new(self.selection.model()).with_pks(pks);
            let watch = Watch::new(conn, &rows.order_by(Vec::new()), CHUNK)?;
            work(conn, &records)?;
            if let Some(watch) = watch {
                watch.record(conn, self.user.id)?;
            }
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

/// The message of a finished action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResult {
    /// The level of the message.
    pub level: Level,
    /// A sentence for the user.
    pub message: String,
}

impl ActionResult {
    /// Creates a success message.
    pub fn success(message: impl Into<String>) -> Self {
        Self {
            level: Level::SUCCESS,
            message: message.into(),
        }
    }

    /// Creates an information message.
    pub fn info(message: impl Into<String>) -> Self {
        Self {
            level: Level::INFO,
            message: message.into(),
        }
    }

    /// Creates an error message.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            level: Level::ERROR,
            message: message.into(),
        }
    }
}

/// A plain text has the level of Django's `message_user`: info.
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

/// The function of an action.
pub type Run = fn(&mut Conn, &ActionRequest<'_>) -> Result<ActionResult>;

/// An action on selected rows. It runs in one transaction, which is rolled back if it returns an
/// error.
///
/// Use [`ActionRequest::update`] for the same change of all rows, and [`ActionRequest::each_chunk`]
/// for different changes. The memory use of neither depends on the number of selected rows.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The name in forms.
    pub name: &'static str,
    /// The label; `%(verbose_name_plural)s` and `%(verbose_name)s` are filled in.
    pub description: &'static str,
    /// The permissions of which the user needs at least one: `view`, `change`, `delete` … An empty
    /// list means `change`.
    pub permissions: &'static [&'static str],
    /// Whether the action has a confirmation page.
    pub confirm: bool,
    /// Whether the list offers the action.
    pub in_list: bool,
    /// The label on the change form of a row; `None` if the form does not offer the action.
    pub form_description: Option<&'static str>,
    /// The function that runs.
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

    /// Returns the permissions of which the user needs at least one; by default `change`.
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

    /// Offers the action on the change form of a single row as well, with a different label:
    /// `.on_form("Mark as active")` (Django 6.1's `location`).
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

    /// Offers the action to users who have at least one of these permissions on the model, instead
    /// of `change`. An action that only reads, such as an export, declares `&["view"]`; one with a permission of the
    /// model (`permissions = [("close_ticket", "Can close tickets")]`) declares `&["close"]`.
    #[must_use]
    pub const fn permissions(mut self, actions: &'static [&'static str]) -> Self {
        self.permissions = actions;
        self
    }

    /// Adds a confirmation page.
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
