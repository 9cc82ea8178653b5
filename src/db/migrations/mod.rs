//! Schema changes for both databases, recorded in Django's own table.
//!
//! A migration is a folder `migrations/{sqlite,postgres}/<app>_<nnnn>_<what>/` with `up.sql` and
//! `down.sql`, compiled in. The table `django_migrations` records applied migrations under the
//! names of Django's own ones, so that Django and Nuages recognise each other's migrations.

mod checks;
mod foreign_keys;
mod graph;
mod losses;
mod missing;
mod not_atomic;
mod plan;
mod rebuild;
mod runner;
mod statements;

pub use checks::checks_of;
pub use graph::{named, needed_by};
pub use losses::{Loss, losses};
pub use missing::missing;
pub use not_atomic::apply_in_steps;
pub use plan::{Steps, Target, is_up_to_date, needs_steps, plan, steps};
pub use runner::{Applied, apply, forget, is_fresh, locked, record, recorded, reverse};

use super::connection::Conn;
use crate::error::Result;

/// Returns the statements of a script, each as one line without comments.
pub fn statements_of(script: &str) -> Vec<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("--");
    let in_one_line = |statement: &str| {
        let code: Vec<&str> = statement
            .lines()
            .filter(is_code)
            .flat_map(str::split_whitespace)
            .collect();
        code.join(" ")
    };
    statements::statements(script)
        .into_iter()
        .map(in_one_line)
        .collect()
}

/// One step of an app's schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The app's label.
    pub app: &'static str,
    /// `0001_initial`.
    pub name: &'static str,
    /// The folder of the files, relative to the package: `migrations`.
    pub folder: &'static str,
    /// The names of Django's migrations that this one replaces.
    pub stands_for: &'static [&'static str],
    /// The SQL for SQLite.
    pub sqlite: Script,
    /// The SQL for PostgreSQL.
    pub postgres: Script,
    /// The tables of the app after the migration, which `makemigrations` compares with the
    /// declarations. `None` if the migration was written by hand.
    pub state: Option<&'static str>,
    /// The changes of data in Rust, besides the SQL.
    pub code: Option<Code>,
}

/// A data migration in Rust (Django's `RunPython`).
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Changes the data.
    pub forwards: fn(&mut Conn) -> Result<()>,
    /// Changes the data back. `None` if that is not possible: then the migration cannot be reversed.
    pub backwards: Option<fn(&mut Conn) -> Result<()>>,
}

/// The SQL of one migration on one database.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// The SQL that applies the migration.
    pub up: &'static str,
    /// The SQL that reverses it.
    pub down: &'static str,
}

impl Migration {
    /// Sets the state of the tables after the migration.
    #[must_use]
    pub const fn with_state(mut self, state: Option<&'static str>) -> Self {
        self.state = state;
        self
    }

    /// Lets a migration change data with Rust. The functions run after the SQL, in the same
    /// transaction.
    #[must_use]
    pub const fn with_code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// Returns the migration without its changes, which is only recorded.
    #[must_use]
    pub const fn emptied(mut self) -> Self {
        self.sqlite = Script { up: "", down: "" };
        self.postgres = Script { up: "", down: "" };
        self.code = None;
        self
    }

    /// Returns the statements that apply the migration, or that reverse it if `backwards`, each as
    /// one line without comments.
    pub fn operations(&self, conn: &Conn, backwards: bool) -> Vec<String> {
        let Script { up, down } = self.script(conn);
        statements_of(if backwards { down } else { up })
    }

    /// Returns the names under which the migration is recorded.
    fn recorded_names(&self) -> Vec<&'static str> {
        let mut names = self.stands_for.to_vec();
        if self.is_squashed() && !names.contains(&self.name) {
            names.push(self.name);
        }
        names
    }

    fn script(&self, conn: &Conn) -> Script {
        match conn {
            Conn::Postgres(_) => self.postgres,
            Conn::Sqlite(_) => self.sqlite,
        }
    }
}

/// Creates a [`Migration`] from the files of its folders: `migration!("auth", "0001_initial")`, or
/// with the names of Django's migrations that it replaces: `migration!("auth", "0001_initial",
/// ["0001_initial", "0002_…"])`. The folders are in `migrations/` of the package, or in another
/// folder: `migration!("blog", "0001_initial" in "examples/blog/migrations")`.
#[macro_export]
macro_rules! migration {
    ($app:literal, $name:literal) => {
        $crate::migration!($app, $name, [$name])
    };
    ($app:literal, $name:literal, [$($django:literal),+ $(,)?]) => {
        $crate::migration!($app, $name, [$($django),+] in "migrations")
    };
    ($app:literal, $name:literal in $folder:literal) => {
        $crate::migration!($app, $name, [$name] in $folder)
    };
    ($app:literal, $name:literal, [$($django:literal),+] in $folder:literal) => {
        $crate::db::migrations::Migration {
            app: $app,
            name: $name,
            folder: $folder,
            stands_for: &[$($django),+],
            sqlite: $crate::migration!(@script $folder, "sqlite", $app, $name),
            postgres: $crate::migration!(@script $folder, "postgres", $app, $name),
            state: None,
            code: None,
        }
    };
    (@script $folder:literal, $database:literal, $app:literal, $name:literal) => {
        $crate::db::migrations::Script {
            up: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $database, "/", $app, "_", $name, "/up.sql"
            )),
            down: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $database, "/", $app, "_", $name, "/down.sql"
            )),
        }
    };
}
