//! Gives each site its own database, copied from a template that was migrated once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use nuages::commands::migrate;
use nuages::db::{Conn, Limits, Sql, Value};
use nuages::diesel::connection::SimpleConnection as _;
use nuages::project::Project;
use nuages::settings::DatabaseUrl;
use tempfile::TempDir;

use crate::postgres;

/// The kind of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SQLite, in a file of a temporary folder.
    Sqlite,
    /// PostgreSQL: the server of `NUAGES_TEST_POSTGRES_URL`, or one that is started for the tests
    /// if PostgreSQL is installed.
    Postgres,
}

impl Kind {
    /// Whether tests on PostgreSQL can run. If not, reports that `test` is skipped.
    pub fn postgres_is_there(test: &str) -> bool {
        let is_there = postgres::admin_url().is_some();
        if !is_there {
            postgres::say_skipped(
                test,
                "PostgreSQL is not installed (Debian: apt-get install postgresql), and NUAGES_TEST_POSTGRES_URL is not set",
            );
        }
        is_there
    }
}

/// A database that is deleted when the value is dropped.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    /// A folder for the files of the site.
    pub(crate) dir: TempDir,
    /// The name of a PostgreSQL database.
    postgres_name: Option<String>,
}

/// The migrated database that others are copied from.
enum Template {
    /// The content of an SQLite file.
    Sqlite(Vec<u8>),
    /// The name of a PostgreSQL database.
    Postgres(String),
}

/// A template for each database of each project: by the project's address and the database's name.
type Templates = Mutex<HashMap<(usize, Kind, String), Arc<OnceLock<Template>>>>;

static TEMPLATES: LazyLock<Templates> = LazyLock::new(Mutex::default);

impl TestDatabase {
    /// Creates the database `name` of `project` with all its tables.
    pub(crate) fn migrated(kind: Kind, project: &'static Project, name: &str) -> Self {
        let key = (std::ptr::from_ref(project).addr(), kind, name.to_owned());
        let template = Arc::clone(locked(&TEMPLATES).entry(key).or_default());
        let template = template.get_or_init(|| Template::new(kind, project, name));

        let dir = folder();
        match template {
            Template::Sqlite(content) => {
                let path = dir.path().join("db.sqlite3");
                std::fs::write(&path, content)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                Self {
                    url: format!("sqlite:///{}", path.display()),
                    dir,
                    postgres_name: None,
                }
            }
            Template::Postgres(template) => {
                let name = SERVER.create(Some(template));
                Self {
                    url: database_url(&name),
                    dir,
                    postgres_name: Some(name),
                }
            }
        }
    }

    /// Opens a connection for the test.
    pub(crate) fn connect(&self) -> Conn {
        connect(&self.url)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.postgres_name {
            SERVER.drop_database(name);
        }
    }
}

impl Template {
    fn new(kind: Kind, project: &'static Project, database: &str) -> Self {
        match kind {
            Kind::Sqlite => {
                let dir = folder();
                let path = dir.path().join("template.sqlite3");
                migrate(
                    &mut connect(&format!("sqlite:///{}", path.display())),
                    project,
                    database,
                );
                Self::Sqlite(content_of(&path))
            }
            Kind::Postgres => {
                let name = SERVER.create(None);
                migrate(&mut connect(&database_url(&name)), project, database);
                Self::Postgres(name)
            }
        }
    }
}

fn migrate(conn: &mut Conn, project: &'static Project, database: &str) {
    if let Err(error) = migrate::apply_to(conn, project, database) {
        panic!("the migrations of {} failed: {error}", project.name());
    }
}

/// Returns the content of an SQLite file, with what its journal contains.
fn content_of(path: &Path) -> Vec<u8> {
    let settled =
        Conn::open(&DatabaseUrl::Sqlite(path.to_owned()), Limits::NONE).and_then(|mut conn| {
            Ok(conn
                .batch_execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;")?)
        });
    if let Err(error) = settled {
        panic!("{}: {error}", path.display());
    }
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> TempDir {
    TempDir::new().unwrap_or_else(|error| panic!("no temporary folder: {error}"))
}

/// Opens a connection that waits for other writers.
pub(crate) fn connect(url: &str) -> Conn {
    let parsed = url
        .parse()
        .unwrap_or_else(|error| panic!("{url} is not the URL of a database: {error}"));
    let limits = Limits {
        statement: Duration::ZERO,
        lock: Duration::from_secs(20),
    };
    Conn::open(&parsed, limits).unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// The PostgreSQL server of the tests, as this process uses it.
struct Server {
    /// A number that no other process has: the second part of the names of its databases.
    number: i64,
    /// A connection that holds the advisory lock `number`, and that creates and drops databases.
    /// PostgreSQL copies a template only while nobody else is connected to it, so one database is
    /// created at a time.
    conn: Mutex<Conn>,
    created: Mutex<u32>,
}

static SERVER: LazyLock<Server> = LazyLock::new(Server::new);

/// The first part of the names of all test databases.
const PREFIX: &str = "nuages_test";

impl Server {
    /// Connects to the server, and drops the databases of processes that have ended.
    fn new() -> Self {
        let url = postgres::admin_url()
            .unwrap_or_else(|| panic!("there is no PostgreSQL: see nuages_test::Kind"));
        let mut conn = connect(&url);
        // A connection of a process that is killed ends, and its lock with it.
        drop_left_overs(&mut conn);
        let number = loop {
            let digits = nuages::signing::random_string_of(b"123456789", 15);
            let number = digits.parse().unwrap_or_default();
            if try_lock(&mut conn, number) {
                break number;
            }
        };
        Self {
            number,
            conn: Mutex::new(conn),
            created: Mutex::new(0),
        }
    }

    /// Creates a database, and returns its name.
    fn create(&self, template: Option<&str>) -> String {
        let number = {
            let mut created = locked(&self.created);
            *created += 1;
            *created
        };
        let name = format!("{PREFIX}_{}_{number}", self.number);
        let template = template
            .map(|template| format!(" TEMPLATE {template}"))
            .unwrap_or_default();
        if let Err(error) =
            locked(&self.conn).batch_execute(&format!("CREATE DATABASE {name}{template}"))
        {
            panic!("the database {name} was not created: {error}");
        }
        name
    }

    fn drop_database(&self, name: &str) {
        let dropped = locked(&self.conn)
            .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A panic here would hide the failure of the test, and the next process drops the database.
        drop(dropped);
    }
}

/// Drops the databases of processes that have ended, as their locks show.
fn drop_left_overs(conn: &mut Conn) {
    let names =
        Sql::new("SELECT datname::text FROM pg_database WHERE datname LIKE 'nuages\\_test\\_%'")
            .returns(&[nuages::db::Kind::Text])
            .load(conn)
            .unwrap_or_default();
    let names = names.into_iter().flatten().map(|name| name.text());
    for name in names {
        let number = name
            .split('_')
            .nth(2)
            .and_then(|number| number.parse().ok());
        let Some(number) = number.filter(|number| try_lock(conn, *number)) else {
            continue;
        };
        let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        let _ = Sql::new("SELECT pg_advisory_unlock(")
            .bind(Value::BigInt(number))
            .raw(")")
            .returns(&[nuages::db::Kind::Bool])
            .load(conn);
    }
}

/// Takes the advisory lock `number` if no other connection has it.
fn try_lock(conn: &mut Conn, number: i64) -> bool {
    let locked = Sql::new("SELECT pg_try_advisory_lock(")
        .bind(Value::BigInt(number))
        .raw(")")
        .returns(&[nuages::db::Kind::Bool])
        .load(conn);
    locked.is_ok_and(|rows| rows.into_iter().flatten().any(|value| value.is_true()))
}

fn database_url(name: &str) -> String {
    postgres::url(name).unwrap_or_else(|| panic!("there is no PostgreSQL"))
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
