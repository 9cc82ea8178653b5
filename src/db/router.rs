//! [`Router`]: which database a model is read from, written to and migrated in.

/// The name of the database of `DATABASE_URL`.
pub const DEFAULT_DATABASE: &str = "default";

/// Chooses a database for each model: Django's `DATABASE_ROUTERS`.
///
/// ```
/// use nuages::db::Router;
///
/// // Statistics have a database of their own, and are read from its copy.
/// static ROUTER: Router = Router::new()
///     .db_for_read(|app, _| (app == "statistics").then_some("reports"))
///     .db_for_write(|app, _| (app == "statistics").then_some("statistics"))
///     .allow_migrate(|database, app| match database {
///         "default" => app != "statistics",
///         "statistics" => app == "statistics",
///         _ => false,
///     });
/// # assert!(ROUTER.allows("statistics", "statistics") && !ROUTER.allows("reports", "auth"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Router {
    db_for_read: Choose,
    db_for_write: Choose,
    allow_migrate: fn(database: &str, app: &str) -> bool,
}

/// Returns the name of a database for the model `app.model`, or `None` for the default one.
type Choose = fn(app: &str, model: &str) -> Option<&'static str>;

impl Router {
    /// Creates a router that reads and writes everything in the default database, and allows every
    /// migration everywhere, as Django does without a router.
    pub const fn new() -> Self {
        Self {
            db_for_read: |_, _| None,
            db_for_write: |_, _| None,
            allow_migrate: |_, _| true,
        }
    }

    /// Sets the database that a model is read from: a function of the app's label and the model's
    /// name in lower case.
    #[must_use]
    pub const fn db_for_read(mut self, choose: Choose) -> Self {
        self.db_for_read = choose;
        self
    }

    /// Sets the database that a model is written to.
    #[must_use]
    pub const fn db_for_write(mut self, choose: Choose) -> Self {
        self.db_for_write = choose;
        self
    }

    /// Sets whether the migrations of an app run in a database. A migration that does not run is
    /// recorded as applied, as in Django.
    #[must_use]
    pub const fn allow_migrate(mut self, allow: fn(database: &str, app: &str) -> bool) -> Self {
        self.allow_migrate = allow;
        self
    }

    /// Returns the name of the database that the model `app.model` is read from.
    pub fn read_name(&self, app: &str, model: &str) -> &'static str {
        (self.db_for_read)(app, model).unwrap_or(DEFAULT_DATABASE)
    }

    /// Returns the name of the database that the model `app.model` is written to.
    pub fn write_name(&self, app: &str, model: &str) -> &'static str {
        (self.db_for_write)(app, model).unwrap_or(DEFAULT_DATABASE)
    }

    /// Whether the migrations of `app` run in `database`.
    pub fn allows(&self, database: &str, app: &str) -> bool {
        (self.allow_migrate)(database, app)
    }
}

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}
