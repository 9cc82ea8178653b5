//! Runs a site in a separate process.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::client::Client;
use super::database::Database;
use super::site::{in_folder, nuages};

/// A running `nuages runserver`, which ends when the value is dropped.
pub(crate) struct Process {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Process {
    /// Starts a site on `database` with these settings, and waits until it responds.
    pub(crate) fn start(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::start_with(&[], database, settings)
    }

    /// Starts the site through another program (`setpriv --reuid=65534`), which runs the following
    /// arguments.
    pub(crate) fn start_with(by: &[&str], database: &Database, settings: &[(&str, &str)]) -> Self {
        let mut command = nuages(database.dir.path(), &database.url);
        if let Some((program, rest)) = by.split_first() {
            let mut wrapped = Command::new(program);
            wrapped.args(rest).arg(command.get_program());
            wrapped.env_clear().envs(
                command
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            );
            command = wrapped;
            command
                .stdin(Stdio::null())
                .current_dir(database.dir.path());
        }
        Self::serve(command, database, settings)
    }

    /// Starts the site of another program.
    pub(crate) fn start_program(
        program: &Path,
        database: &Database,
        settings: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(program);
        in_folder(&mut command, database.dir.path(), &database.url);
        Self::serve(command, database, settings)
    }

    fn serve(mut command: Command, database: &Database, settings: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let log = database.dir.path().join(format!("log-{port}"));
        command
            .args(["runserver", &port.to_string()])
            .envs(settings.iter().copied());
        let child = command
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let process = Self { child, port, log };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return process;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("no answer: {}", process.log());
    }

    /// Returns the port on the loopback interface.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns a new visitor.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// Returns the largest memory use so far in kilobytes, if the system reports it.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Returns the log so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
