//! Schema changes for both databases, recorded in Django's own table.
//!
//! A migration is a folder `migrations/{sqlite,postgres}/<app>_<nnnn>_<what>/` with `up.sql` and
//! `down.sql`, compiled in. The table `django_migrations` records applied migrations under the
//! names of Django's own ones, so that Django and Nuages recognise each other's migrations.

mod foreign_keys;
mod losses;
mod runner;
mod statements;

pub use losses::{Loss, losses};
pub use runner::{
    Applied, applied_of, apply, is_fresh, is_up_to_date, locked, plan, recorded, reverse,
};

use super::connection::Conn;

/// One step of an app's schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The app's label.
    pub app: &'static str,
    /// `0001_initial`.
    pub name: &'static str,
    /// The names of Django's migrations that this one replaces.
    pub stands_for: &'static [&'static str],
    /// The SQL for SQLite.
    pub sqlite: Script,
    /// The SQL for PostgreSQL.
    pub postgres: Script,
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
    /// Returns the statements that apply the migration, or that reverse it if `backwards`, each as
    /// one line without comments.
    pub fn operations(&self, conn: &Conn, backwards: bool) -> Vec<String> {
        let Script { up, down } = self.script(conn);
        let is_code = |line: &&str| !line.trim_start().starts_with("--");
        let in_one_line = |statement: &str| {
            let code: Vec<&str> = statement
                .lines()
                .filter(is_code)
                .flat_map(str::split_whitespace)
                .collect();
            code.join(" ")
        };
        statements::statements(if backwards { down } else { up })
            .into_iter()
            .map(in_one_line)
            .collect()
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
            stands_for: &[$($django),+],
            sqlite: $crate::migration!(@script $folder, "sqlite", $app, $name),
            postgres: $crate::migration!(@script $folder, "postgres", $app, $name),
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
