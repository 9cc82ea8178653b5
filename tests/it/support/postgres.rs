//! A temporary PostgreSQL cluster: created when the first test needs it, deleted when the test
//! program ends.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

pub(crate) struct Cluster {
    pub(crate) port: u16,
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

/// Returns the cluster, or `None` if PostgreSQL is not installed.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    CLUSTER.as_ref()
}

fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .flatten()
                .map(|version| version.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    found.sort();
    found.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    found
        .into_iter()
        .find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// Returns a command that runs as the owner of the cluster: PostgreSQL refuses to run as root.
pub(crate) fn as_owner(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) {
    let done = command.stdin(Stdio::null()).output().unwrap();
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
            .unwrap()
            .keep();
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&dir));
        }
        let data = dir.join("data");
        run(as_owner(&bin.join("initdb"))
            .args([
                "-U",
                "nuages",
                "-A",
                "trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .current_dir(&dir));
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
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
        let stop = control
            .iter()
            .map(String::as_str)
            .chain(["-m", "immediate", "stop"]);
        let janitor = Command::new("sh")
            .args([
                "-c",
                "dir=$1; shift; cat >/dev/null; cd /; \"$@\" >/dev/null 2>&1; rm -rf \"$dir\"",
                "janitor",
            ])
            .arg(&dir)
            .args(stop)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let cluster = Self {
            port,
            control,
            options,
            log: data.join("log"),
            _janitor: janitor,
        };
        cluster.control(&["-o", &cluster.options, "start"]);
        cluster
    }

    /// Creates a cluster for one test only, or returns `None` if PostgreSQL is not installed.
    pub(crate) fn of_its_own() -> Option<Self> {
        binaries().map(|bin| Self::start(&bin))
    }

    /// Stops the server, which ends all connections, and starts it again.
    pub(crate) fn restart(&self) {
        self.stop();
        self.start_again();
    }

    pub(crate) fn stop(&self) {
        self.control(&["-m", "fast", "stop"]);
    }

    pub(crate) fn start_again(&self) {
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
            done.unwrap().success(),
            "pg_ctl {words:?}: {}",
            fs::read_to_string(&self.log).unwrap_or_default()
        );
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://nuages@127.0.0.1:{}/{database}", self.port)
    }
}

/// Reports a skipped test on the real standard error, which the test runner does not capture.
pub(crate) fn say_skipped(test: &str, why: &str) {
    let line = format!("SKIPPED {test}: {why}\n");
    // Write all at once, because other tests write at the same time.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
