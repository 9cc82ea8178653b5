//! Gives each test its own database, copied from a template that was migrated once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use nuages::db::{Conn, Limits};
use nuages::settings::DatabaseUrl;
use tempfile::TempDir;

use super::site::nuages;
use nuages_test::postgres::{Cluster, cluster, say_skipped};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Whether tests on PostgreSQL can run; if not, reports that `test` is skipped.
    pub(crate) fn postgres_is_there(test: &str) -> bool {
        let there = cluster().is_some();
        if !there {
            say_skipped(
                test,
                "PostgreSQL is not installed (Debian: apt-get install postgresql)",
            );
        }
        there
    }
}

/// A database that is deleted when the value is dropped.
pub(crate) struct Database {
    pub(crate) url: String,
    /// This folder is also the working directory of the test's site.
    pub(crate) dir: TempDir,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);
/// PostgreSQL copies a template only while it has no connections.
static COPYING: Mutex<()> = Mutex::new(());

static SQLITE_TEMPLATE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("template.sqlite3");
    migrate(&format!("sqlite:///{}", path.display()), dir.path());
    Conn::open(&DatabaseUrl::Sqlite(path.clone()), Limits::NONE)
        .unwrap()
        .batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")
        .unwrap();
    (dir, path)
});

static POSTGRES_TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let url = create_postgres(None);
    migrate(&url, Path::new("."));
    url.rsplit('/').next().unwrap().to_owned()
});

fn migrate(url: &str, dir: &Path) {
    let done = nuages(dir, url).arg("migrate").output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

fn create_postgres(template: Option<&str>) -> String {
    let cluster = cluster().unwrap();
    let name = format!(
        "t{}_{}",
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    );
    let template = template
        .map(|template| format!(" TEMPLATE {template}"))
        .unwrap_or_default();
    let _one_at_a_time = COPYING.lock().unwrap();
    connect(&cluster.url("postgres"))
        .batch_execute(&format!("CREATE DATABASE {name}{template}"))
        .unwrap();
    cluster.url(&name)
}

fn connect(url: &str) -> Conn {
    Conn::open(
        &url.parse().unwrap(),
        Limits {
            statement: Duration::ZERO,
            lock: Duration::from_secs(20),
        },
    )
    .unwrap()
}

/// PostgreSQL's databases would fill the disk: each takes 8 MB, and a run of all tests makes about 500.
impl Drop for Database {
    fn drop(&mut self) {
        let Some(cluster) = cluster().filter(|_| self.url.starts_with("postgres")) else {
            return;
        };
        let name = self.url.rsplit('/').next().unwrap_or_default();
        if self.url == cluster.url(name) {
            let dropped = connect(&cluster.url("postgres"))
                .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            // A panic here would hide the failure of the test, and the cluster is deleted anyway.
            drop(dropped);
        }
    }
}

impl Database {
    /// Creates a database without tables.
    pub(crate) fn empty(kind: Kind) -> Self {
        let dir = TempDir::new().unwrap();
        let url = match kind {
            Kind::Sqlite => format!("sqlite:///{}", dir.path().join("db.sqlite3").display()),
            Kind::Postgres => create_postgres(None),
        };
        Self { url, dir }
    }

    /// Creates a database `shop` with all tables in `cluster`.
    pub(crate) fn migrated_in(cluster: &Cluster) -> Self {
        connect(&cluster.url("postgres"))
            .batch_execute("CREATE DATABASE shop")
            .unwrap();
        let (url, dir) = (cluster.url("shop"), TempDir::new().unwrap());
        migrate(&url, dir.path());
        Self { url, dir }
    }

    /// Creates a database with all tables and an empty shop.
    pub(crate) fn migrated(kind: Kind) -> Self {
        let dir = TempDir::new().unwrap();
        let url = match kind {
            Kind::Sqlite => {
                let path = dir.path().join("db.sqlite3");
                std::fs::copy(&SQLITE_TEMPLATE.1, &path).unwrap();
                format!("sqlite:///{}", path.display())
            }
            Kind::Postgres => create_postgres(Some(&POSTGRES_TEMPLATE)),
        };
        Self { url, dir }
    }

    /// Opens a connection for the test.
    pub(crate) fn connect(&self) -> Conn {
        connect(&self.url)
    }

    /// Runs `nuages` on this database, with its folder as working directory.
    pub(crate) fn nuages(&self, words: &[&str]) -> std::process::Output {
        nuages(self.dir.path(), &self.url)
            .args(words)
            .output()
            .unwrap()
    }
}
