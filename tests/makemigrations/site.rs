//! Databases with the tables of `auth`, and the migrations of the models on them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use nuages::db::migrations::{Migration, Script, apply, locked, reverse};
use nuages::db::{Conn, Kind, Limits, Sql};
use nuages::makemigrations::{NewMigration, Vendor};
use tempfile::TempDir;

use nuages_test::postgres::{cluster, say_skipped};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// An empty database.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) vendor: Vendor,
    _folder: TempDir,
}

impl Database {
    /// Creates a database; returns `None` if PostgreSQL is not installed.
    pub(crate) fn new(vendor: Vendor) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let url = match vendor {
            Vendor::Sqlite => format!("sqlite:///{}/db.sqlite3", folder.path().display()),
            Vendor::Postgres => {
                let cluster = cluster()?;
                let name = format!("evolving{}", NUMBER.fetch_add(1, Ordering::Relaxed));
                connect(&cluster.url("postgres"))
                    .batch_execute(&format!("CREATE DATABASE {name}"))
                    .unwrap();
                cluster.url(&name)
            }
        };
        Some(Self {
            url,
            vendor,
            _folder: folder,
        })
    }

    /// Creates a database with the tables of `auth` and `contenttypes`.
    pub(crate) fn with_users(vendor: Vendor) -> Option<Self> {
        let database = Self::new(vendor)?;
        let apps = [nuages::models::content_types::APP, nuages::auth::APP];
        let migrations: Vec<&Migration> = apps.iter().flat_map(|app| app.migrations).collect();
        let conn = &mut database.connect();
        locked(conn, |conn| apply(conn, &migrations)).unwrap();
        Some(database)
    }

    pub(crate) fn connect(&self) -> Conn {
        connect(&self.url)
    }

    pub(crate) fn apply(&self, migration: &NewMigration) {
        let migration = compiled(migration);
        let done = locked(&mut self.connect(), |conn| apply(conn, &[&migration]));
        done.unwrap_or_else(|error| panic!("{:?}: {error}", self.vendor));
    }

    pub(crate) fn reverse(&self, migration: &NewMigration) {
        let migration = compiled(migration);
        let done = locked(&mut self.connect(), |conn| reverse(conn, &[&migration]));
        done.unwrap_or_else(|error| panic!("{:?}: {error}", self.vendor));
    }
}

fn connect(url: &str) -> Conn {
    Conn::open(&url.parse().unwrap(), Limits::NONE).unwrap()
}

/// Returns the migration as a program contains it.
pub(crate) fn compiled(migration: &NewMigration) -> Migration {
    let leaked = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let script = |vendor| Script {
        up: leaked(migration.script(vendor, false)),
        down: leaked(migration.script(vendor, true)),
    };
    let name = leaked(migration.name.clone());
    Migration {
        app: leaked(migration.app.clone()),
        name,
        folder: "migrations",
        stands_for: Vec::leak(vec![name]),
        sqlite: script(Vendor::Sqlite),
        postgres: script(Vendor::Postgres),
        state: Some(leaked(migration.state.to_json())),
        code: None,
    }
}

/// Returns the texts of a query.
pub(crate) fn texts(conn: &mut Conn, sql: &'static str) -> Vec<String> {
    let rows = Sql::new(sql).returns(&[Kind::Text]).load(conn).unwrap();
    rows.into_iter()
        .flatten()
        .map(|value| value.text())
        .collect()
}

/// A migration that Django made.
pub(crate) struct OfDjango {
    pub(crate) statements: Vec<String>,
}

/// Lets Django make and apply the migrations of the same models; returns `None` without Django.
pub(crate) fn django(database: &Database) -> Option<Vec<OfDjango>> {
    let python = python()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/makemigrations/django");
    let done = Command::new(python)
        .arg(folder.join("evolve.py"))
        .arg(&database.url)
        .arg(&folder)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let migrations: Vec<serde_json::Value> = serde_json::from_slice(&done.stdout).unwrap();
    let statements = |migration: &serde_json::Value| {
        nuages::db::migrations::statements_of(migration["sql"].as_str().unwrap())
            .into_iter()
            .filter(|statement| statement != "BEGIN" && statement != "COMMIT")
            .collect()
    };
    Some(
        migrations
            .iter()
            .map(|migration| OfDjango {
                statements: statements(migration),
            })
            .collect(),
    )
}

fn python() -> Option<PathBuf> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python");
    if python.exists() {
        return Some(python);
    }
    say_skipped(
        "makemigrations",
        "Django is not in .venv: run scripts/setup",
    );
    None
}
