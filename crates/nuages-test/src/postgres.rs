//! The PostgreSQL server of the tests: the one of `NUAGES_TEST_POSTGRES_URL`, or a temporary cluster.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// A temporary PostgreSQL server, which is deleted when the test program ends.
#[derive(Debug)]
pub struct Cluster {
    /// The port on the loopback interface.
    pub port: u16,
    /// The program that starts and stops the server, with the arguments for its folder.
    control: Vec<String>,
    /// The options of the server.
    options: String,
    log: PathBuf,
    /// A process that deletes the cluster when this program ends, because its standard input is
    /// closed then.
    _janitor: Child,
}

static CLUSTER: LazyLock<Option<Cluster>> = LazyLock::new(Cluster::of_its_own);

/// Returns the temporary server of this process, or `None` if PostgreSQL is not installed.
pub fn cluster() -> Option<&'static Cluster> {
    CLUSTER.as_ref()
}

/// Returns the URL of the database `database` on the server of the tests.
pub(crate) fn url(database: &str) -> Option<String> {
    match given_url() {
        Some(given) => Some(with_database(&given, database)),
        None => cluster().map(|cluster| cluster.url(database)),
    }
}

/// Returns the URL of the database to connect to when another one is created or dropped.
pub(crate) fn admin_url() -> Option<String> {
    given_url().or_else(|| cluster().map(|cluster| cluster.url("postgres")))
}

#[expect(
    clippy::disallowed_methods,
    reason = "this variable is for tests, and not a setting of a site"
)]
fn given_url() -> Option<String> {
    std::env::var("NUAGES_TEST_POSTGRES_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

/// Returns `url` with another database.
fn with_database(url: &str, database: &str) -> String {
    let mut parsed = url::Url::parse(url)
        .unwrap_or_else(|error| panic!("NUAGES_TEST_POSTGRES_URL is not a URL: {error}"));
    parsed.set_path(database);
    parsed.into()
}

fn binaries() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .flatten()
                .map(|version| version.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    folders.sort();
    folders.extend(search_path());
    folders
        .into_iter()
        .find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the search path of programs is not a setting of a site"
)]
fn search_path() -> Vec<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// Returns a command that runs as the owner of the cluster: PostgreSQL refuses to run as root.
pub fn as_owner(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) {
    let done = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
    assert!(
        done.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

impl Cluster {
    fn start(bin: &Path) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("nuages-pg-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder for PostgreSQL: {error}"))
            .keep();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&dir));
        }
        let data = dir.join("data");
        run(as_owner(&bin.join("initdb"))
            .args(["-U", "nuages", "-A", "trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(&dir));

        let port = free_port();
        let options = format!(
            "-p {port} -h 127.0.0.1 -k {} -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=256MB -c max_connections=300",
            data.display()
        );
        let mut control = as_owner(&bin.join("pg_ctl"));
        control.arg("-D").arg(&data);
        let control: Vec<String> = std::iter::once(control.get_program())
            .chain(control.get_args())
            .map(|word| word.to_string_lossy().into_owned())
            .collect();

        let cluster = Self {
            port,
            options,
            log: data.join("log"),
            _janitor: janitor(&dir, &control),
            control,
        };
        cluster.start_again();
        cluster
    }

    /// Creates a server for one test only, or returns `None` if PostgreSQL is not installed.
    pub fn of_its_own() -> Option<Self> {
        binaries().map(|bin| Self::start(&bin))
    }

    /// Stops the server, which ends all connections, and starts it again.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    /// Stops the server, which ends all connections.
    pub fn stop(&self) {
        self.control(&["-m", "fast", "stop"]);
    }

    /// Starts the server after [`stop`](Self::stop).
    pub fn start_again(&self) {
        self.control(&["-o", &self.options, "start"]);
    }

    fn control(&self, words: &[&str]) {
        let mut command = Command::new(&self.control[0]);
        command
            .args(&self.control[1..])
            .args(["-w", "-t", "60", "-l"])
            .arg(&self.log)
            .args(words);
        // The server would keep a pipe of ours open forever.
        let done = command
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "pg_ctl {words:?}: {}",
            fs::read_to_string(&self.log).unwrap_or_default()
        );
    }

    /// Returns the URL of the database `database`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://nuages@127.0.0.1:{}/{database}", self.port)
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap_or_else(|error| panic!("no free port: {error}"))
        .port()
}

/// Starts a process that stops the server and deletes `dir` when this program ends.
fn janitor(dir: &Path, control: &[String]) -> Child {
    let stop = control
        .iter()
        .map(String::as_str)
        .chain(["-m", "immediate", "stop"]);
    Command::new("sh")
        .args([
            "-c",
            "dir=$1; shift; cat >/dev/null; cd /; \"$@\" >/dev/null 2>&1; rm -rf \"$dir\"",
            "janitor",
        ])
        .arg(dir)
        .args(stop)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("sh did not start: {error}"))
}

/// Reports a skipped test on the real standard error, which the test runner does not capture.
pub fn say_skipped(test: &str, why: &str) {
    let line = format!("SKIPPED {test}: {why}\n");
    // Write all at once, because other tests write at the same time.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
