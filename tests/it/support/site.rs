//! A running site.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use nuages::commands::runserver::server;
use nuages::db::Conn;
use nuages::http::Urls;
use nuages::project::Project;
use nuages::settings::{Env, LOOPBACK_HOSTS, Settings};

use super::client::Client;
use super::database::{Database, Kind};

/// The `SECRET_KEY` of test sites.
pub(crate) const SECRET_KEY: &str = "only-for-tests-0123456789-0123456789-0123456789-0123";

/// A site that is served by this process until the value is dropped.
pub(crate) struct TestSite {
    pub(crate) database: Arc<Database>,
    pub(crate) port: u16,
    handle: ServerHandle,
}

/// Returns a command for the `nuages` program with a minimal environment.
pub(crate) fn nuages(dir: &Path, database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nuages"));
    in_folder(&mut command, dir, database_url);
    command
}

/// Returns a command for cargo, without the variables in which the cargo of the tests describes this
/// package: build scripts depend on them, and would compile everything again.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    for name in nuages::settings::package_variables() {
        command.env_remove(name);
    }
    command
}

/// Prepares `command` to run in `dir`, with only a database and the required settings in its
/// environment.
pub(crate) fn in_folder(command: &mut Command, dir: &Path, database_url: &str) {
    command
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
        .env("DATABASE_URL", database_url)
        .env("SECRET_KEY", SECRET_KEY)
        .env("RUST_LOG", "warn")
        .stdin(std::process::Stdio::null())
        .current_dir(dir);
}

fn shop(urls: fn(&Settings) -> Urls) -> &'static Project {
    Box::leak(Box::new(crate::shop::with_look(Project::new(
        "Shop",
        &crate::shop::INSTALLED,
        urls,
        crate::shop::register,
    ))))
}

impl TestSite {
    /// Creates an empty shop.
    pub(crate) fn new(kind: Kind) -> Self {
        Self::with(Database::migrated(kind), &[], crate::shop::urls)
    }

    /// Creates an empty shop with these settings.
    pub(crate) fn with_settings(kind: Kind, settings: &[(&str, &str)]) -> Self {
        Self::with(Database::migrated(kind), settings, crate::shop::urls)
    }

    /// Creates a shop on `database` with these URLs.
    pub(crate) fn with(
        database: Database,
        settings: &[(&str, &str)],
        urls: fn(&Settings) -> Urls,
    ) -> Self {
        Self::for_project(database, settings, shop(urls))
    }

    /// Serves the site of `project` on `database`.
    pub(crate) fn for_project(
        database: Database,
        settings: &[(&str, &str)],
        project: &'static Project,
    ) -> Self {
        Self::on(Arc::new(database), settings, project)
    }

    /// Creates another shop on the database of `other`.
    pub(crate) fn beside(other: &Self, settings: &[(&str, &str)]) -> Self {
        Self::on(
            Arc::clone(&other.database),
            settings,
            shop(crate::shop::urls),
        )
    }

    /// Serves the site of `project` on the database of `other`.
    pub(crate) fn on_database_of(other: &Self, project: &'static Project) -> Self {
        Self::on(Arc::clone(&other.database), &[], project)
    }

    fn on(database: Arc<Database>, settings: &[(&str, &str)], project: &'static Project) -> Self {
        let media = database.dir.path().join("media").display().to_string();
        let temporary = database.dir.path().display().to_string();
        let mut given = vec![
            ("DATABASE_URL", database.url.as_str()),
            ("SECRET_KEY", SECRET_KEY),
            ("MEDIA_ROOT", &media),
            ("FILE_UPLOAD_TEMP_DIR", &temporary),
            ("NUAGES_WORKERS", "2"),
            ("SHUTDOWN_TIMEOUT", "0"),
            // A test that needs mail or another task sets a number of threads.
            ("TASK_THREADS", "0"),
        ];
        given.extend(settings);
        let mut settings = project.read_settings(&Env::from_pairs(&given)).unwrap();
        if settings.allowed_hosts.is_empty() {
            settings.allowed_hosts = LOOPBACK_HOSTS.map(str::to_owned).into();
        }
        if settings.debug {
            nuages::logging::keep_queries();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = server(listener, settings, project).unwrap();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            database,
            port,
            handle: receiver.recv().unwrap(),
        }
    }

    /// Returns a new visitor.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// Opens a connection for the test.
    pub(crate) fn connect(&self) -> Conn {
        self.database.connect()
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}
