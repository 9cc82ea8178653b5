//! [`TestSite`]: a site that this process serves until the value is dropped.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nuages::actix_web;
use nuages::actix_web::dev::ServerHandle;
use nuages::commands;
use nuages::commands::runserver::server;
use nuages::db::{Conn, DEFAULT_DATABASE};
use nuages::error::Result;
use nuages::logging::Context;
use nuages::models;
use nuages::project::Project;
use nuages::settings::{Env, LOOPBACK_HOSTS, Settings};
use nuages::tasks::run_waiting;
use nuages::test_hooks::TestHooks;

use crate::client::Client;
use crate::clock::TestClock;
use crate::database::{Kind, TestDatabase};
use crate::mailbox::{self, ReceivedMail};

/// The `SECRET_KEY` of test sites.
pub(crate) const SECRET_KEY: &str = "only-for-tests-0123456789-0123456789-0123456789-0123";

/// A site with a database, files and mail of its own. The server stops and the database is deleted
/// when the value is dropped.
///
/// ```no_run
/// # use nuages::prelude::*;
/// # use nuages_test::{Kind, TestSite};
/// # static SITE: Project = Project::new("Site", &[], |_| Urls::new([]), |site| site);
/// let site = TestSite::new(&SITE); // on SQLite
/// let site = TestSite::on(Kind::Postgres, &SITE);
/// let site = TestSite::with_settings(Kind::Sqlite, &SITE, &[("TIME_ZONE", "Europe/Paris")]);
/// ```
#[derive(Debug)]
pub struct TestSite {
    pub(crate) inner: Arc<Inner>,
    pub(crate) settings: Settings,
    handle: ServerHandle,
    /// The last number that a factory has used.
    counter: AtomicU32,
    // Fields are dropped in this order: the server uses the databases.
    database: TestDatabase,
    named: Vec<(String, TestDatabase)>,
}

/// The parts of a site that its clients use.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) project: &'static Project,
    pub(crate) port: u16,
    pub(crate) hooks: Arc<TestHooks>,
}

/// The output of a command: see [`TestSite::command`].
#[derive(Debug)]
pub struct CommandRun {
    /// The result. An error is what the terminal would show.
    pub result: Result<()>,
    /// The text that the command printed.
    pub text: String,
}

impl TestSite {
    /// Starts the site of `project` on SQLite.
    pub fn new(project: &'static Project) -> Self {
        Self::on(Kind::Sqlite, project)
    }

    /// Starts the site of `project` on this kind of database.
    pub fn on(kind: Kind, project: &'static Project) -> Self {
        Self::with_settings(kind, project, &[])
    }

    /// Starts the site of `project` with these settings, as environment variables. `.env` and the
    /// environment of the test program are not read.
    pub fn with_settings(kind: Kind, project: &'static Project, settings: &[(&str, &str)]) -> Self {
        Self::with_databases(kind, project, &[], settings)
    }

    /// Starts the site of `project` with further databases: `&["reports"]` is the
    /// database of `DATABASE_URL_REPORTS`. Each is migrated as the router of the project allows.
    pub fn with_databases(
        kind: Kind,
        project: &'static Project,
        names: &[&str],
        settings: &[(&str, &str)],
    ) -> Self {
        // Relations that models name are looked up while the admin is built.
        project.admin_site();
        let database = TestDatabase::migrated(kind, project, DEFAULT_DATABASE);
        let others = names.iter().map(|name| {
            let database = TestDatabase::migrated(kind, project, name);
            ((*name).to_owned(), database)
        });
        let others: Vec<(String, TestDatabase)> = others.collect();
        let hooks = Arc::new(TestHooks::new());
        models::install_for_test(project.apps, &hooks);
        let mut settings = read_settings(project, &database, &others, settings);
        settings.test_hooks = Some(Arc::clone(&hooks));

        let listener = TcpListener::bind("127.0.0.1:0")
            .unwrap_or_else(|error| panic!("no free port: {error}"));
        let port = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("the listener has no address: {error}"))
            .port();
        let inner = Arc::new(Inner {
            project,
            port,
            hooks,
        });
        let handle = serve(listener, settings.clone(), &inner);
        Self {
            inner,
            settings,
            handle,
            counter: AtomicU32::new(0),
            database,
            named: others,
        }
    }

    /// Returns a new visitor, who is not logged in.
    pub fn client(&self) -> Client {
        Client::new(
            Arc::clone(&self.inner),
            self.settings.clone(),
            &self.database.url,
        )
    }

    /// Returns the URL of the site, for other programs: `http://127.0.0.1:41234`.
    pub fn url(&self) -> String {
        self.inner.base()
    }

    /// Returns the URL of the database, for other programs.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Returns the settings of the site.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the clock of the site.
    pub fn clock(&self) -> TestClock {
        TestClock(Arc::clone(&self.inner.hooks))
    }

    /// Returns the mails that the site has sent, in their order. Mails that wait for a worker are sent first, with all other
    /// tasks that are due.
    #[track_caller]
    pub fn mailbox(&self) -> Vec<ReceivedMail> {
        self.run_tasks();
        mailbox::read(&self.settings.email.file_path)
    }

    /// Runs the [tasks](nuages::tasks) that are due on this thread, and returns their number. A test site has no worker unless
    /// the test sets `TASK_THREADS`.
    #[track_caller]
    pub fn run_tasks(&self) -> usize {
        self.db(|conn| run_waiting(conn, &self.inner.project.task_registry(), &self.settings))
    }

    /// Deletes the mails that the site has sent, with those that wait for a worker.
    #[track_caller]
    pub fn empty_mailbox(&self) {
        self.run_tasks();
        mailbox::empty(&self.settings.email.file_path);
    }

    /// Runs `work` with a connection to the database of the site, and fails the test if `work`
    /// fails: `site.db(|conn| Ok(ticket::table.count().get_result::<i64>(conn)?))`.
    #[track_caller]
    pub fn db<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        let mut conn = self.connect();
        match self.inner.enter(|| work(&mut conn)) {
            Ok(value) => value,
            Err(error) => panic!("the database: {error}"),
        }
    }

    /// Like [`db`](Self::db), with a connection to one of the further databases.
    #[track_caller]
    pub fn db_on<T>(&self, name: &str, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        let mut databases = self.named.iter();
        let Some((_, database)) = databases.find(|(known, _)| known == name) else {
            panic!("the site has no database {name}: see TestSite::with_databases");
        };
        let mut conn = database.connect();
        match self.inner.enter(|| work(&mut conn)) {
            Ok(value) => value,
            Err(error) => panic!("the database {name}: {error}"),
        }
    }

    /// Opens a connection to the database of the site.
    pub fn connect(&self) -> Conn {
        self.database.connect()
    }

    /// Runs a command of the site, as Django's `call_command`:
    /// `site.command(["migrate", "--check"])`.
    pub fn command<const N: usize>(&self, words: [&str; N]) -> CommandRun {
        let project = self.inner.project;
        let (result, text) = self
            .inner
            .enter(|| commands::call(project, &words, &self.settings));
        CommandRun { result, text }
    }

    /// Runs `work`, and fails the test if the site has not executed exactly `count` SQL statements
    /// meanwhile. `BEGIN`, `COMMIT` and `PRAGMA` do not count.
    ///
    /// ```no_run
    /// # use nuages_test::TestSite;
    /// # fn test(site: &TestSite) {
    /// let client = site.client();
    /// site.assert_queries(2, || client.get("/tickets/"));
    /// # }
    /// ```
    #[track_caller]
    pub fn assert_queries<T>(&self, count: usize, work: impl FnOnce() -> T) -> T {
        let (done, statements) = self.queries(work);
        assert_eq!(
            statements.len(),
            count,
            "expected {count} SQL statements, but the site executed {}:\n{}",
            statements.len(),
            numbered(&statements)
        );
        done
    }

    /// Runs `work`, and returns the SQL statements that the site has executed meanwhile.
    pub fn queries<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<String>) {
        self.inner.hooks.take_statements();
        let done = work();
        let mut statements = self.inner.hooks.take_statements();
        statements.retain(|sql| !is_transaction(sql));
        (done, statements)
    }

    /// Returns the next number of this site, for unique values.
    pub(crate) fn next_number(&self) -> u32 {
        self.counter.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl Inner {
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs `work` with the clock and the models of the site.
    pub(crate) fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        let context = Context {
            hooks: Some(Arc::clone(&self.hooks)),
            ..Context::default()
        };
        Context::enter(Some(context), work)
    }
}

impl CommandRun {
    /// Fails the test if the command failed; returns its text.
    #[track_caller]
    pub fn success(self) -> String {
        if let Err(error) = &self.result {
            panic!("the command failed: {error}\n{}", self.text);
        }
        self.text
    }

    /// Fails the test if the command succeeded; returns its error.
    #[track_caller]
    pub fn failure(self) -> String {
        match self.result {
            Ok(()) => panic!("the command should fail, but succeeded:\n{}", self.text),
            Err(error) => error.to_string(),
        }
    }
}

fn read_settings(
    project: &Project,
    database: &TestDatabase,
    named: &[(String, TestDatabase)],
    given: &[(&str, &str)],
) -> Settings {
    let path = |name: &str| database.dir.path().join(name).display().to_string();
    let (media, mail, temporary) = (path("media"), path("mail"), path("uploads"));
    let created = std::fs::create_dir(&temporary);
    created.unwrap_or_else(|error| panic!("{temporary}: {error}"));
    let mut variables = vec![
        ("DATABASE_URL", database.url.as_str()),
        ("SECRET_KEY", SECRET_KEY),
        ("MEDIA_ROOT", &media),
        ("FILE_UPLOAD_TEMP_DIR", &temporary),
        ("EMAIL_BACKEND", "file"),
        ("EMAIL_FILE_PATH", &mail),
        ("NUAGES_WORKERS", "1"),
        ("CONN_POOL_SIZE", "2"),
        ("SHUTDOWN_TIMEOUT", "0"),
        ("TASK_THREADS", "0"),
    ];
    let named = named.iter().map(|(name, database)| {
        let variable = format!("DATABASE_URL_{}", name.to_uppercase());
        (variable, database.url.clone())
    });
    let named: Vec<(String, String)> = named.collect();
    variables.extend(named.iter().map(|(name, url)| (&**name, &**url)));
    variables.extend(given);
    let mut settings = project
        .read_settings(&Env::from_pairs(&variables))
        .unwrap_or_else(|error| panic!("the settings of the test: {error}"));
    if settings.allowed_hosts.is_empty() {
        settings.allowed_hosts = LOOPBACK_HOSTS.map(str::to_owned).into();
    }
    settings
}

/// Serves the site on a thread of its own.
fn serve(listener: TcpListener, settings: Settings, inner: &Arc<Inner>) -> ServerHandle {
    let (sender, receiver) = std::sync::mpsc::channel();
    let inner = Arc::clone(inner);
    std::thread::spawn(move || {
        let serve = || {
            actix_web::rt::System::new().block_on(async {
                let server = match server(listener, settings, inner.project) {
                    Ok(server) => server,
                    Err(error) => return drop(sender.send(Err(error))),
                };
                let _ = sender.send(Ok(server.handle()));
                // The test has stopped the server, so its result does not matter.
                let _ = server.await;
            });
        };
        inner.enter(serve);
    });
    match receiver.recv() {
        Ok(Ok(handle)) => handle,
        Ok(Err(error)) => panic!("the site did not start: {error}"),
        Err(error) => panic!("the site did not start: {error}"),
    }
}

/// Whether a statement does not count: it is part of a transaction, or of the upkeep of an SQLite
/// connection, which the server does in the background.
fn is_transaction(sql: &str) -> bool {
    [
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
        "PRAGMA",
    ]
    .iter()
    .any(|word| sql.starts_with(word))
}

fn numbered(statements: &[String]) -> String {
    let lines = statements.iter().enumerate();
    let lines: Vec<String> = lines
        .map(|(at, sql)| format!("{}. {sql}", at + 1))
        .collect();
    lines.join("\n")
}
