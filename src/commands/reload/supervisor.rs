//! The process that holds the socket: builds the site when a file changes, and replaces the process
//! that serves.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::build::{Built, build};
use super::fallback;
use super::state::State;
use super::target::Target;
use super::watch::{News, Watch};
use crate::error::{Error, Result};
use crate::settings::{RELOAD_STATE, Settings};
use crate::terminal::{dim, say};

/// The time to wait for more changes after the first: editors and git write several files.
const SETTLE: Duration = Duration::from_millis(50);
/// The interval between two looks at the serving process.
const LOOK_EVERY: Duration = Duration::from_millis(100);

struct Supervisor {
    target: Target,
    address: SocketAddr,
    listener: TcpListener,
    state: State,
    state_file: PathBuf,
    child: Option<Child>,
}

/// Serves the site at `listener`, and reloads it, until SIGINT or SIGTERM.
pub(in crate::commands) fn run(
    target: Target,
    listener: TcpListener,
    settings: &Settings,
) -> Result<()> {
    let (sender, news) = channel();
    stop_at_signals(sender.clone())?;
    let watch = Watch::new(&target, &settings.media_root, sender)?;
    say(&dim(&format!(
        "Watching {} folders for changes; Ctrl+C stops the server",
        watch.folders
    )))?;

    let folder = tempfile::Builder::new()
        .prefix("nuages-reload-")
        .tempdir()?;
    let mut supervisor = Supervisor {
        address: listener.local_addr()?,
        target,
        listener,
        state: State::default(),
        state_file: folder.path().join("state.json"),
        child: None,
    };
    supervisor.start()?;
    let ended = supervisor.supervise(&news);
    supervisor.stop();
    ended
}

impl Supervisor {
    fn supervise(&mut self, news: &Receiver<News>) -> Result<()> {
        loop {
            match news.recv_timeout(LOOK_EVERY) {
                Ok(News::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => self.look_after_child()?,
                Ok(News::Changed(path)) => {
                    let mut changed = vec![path];
                    loop {
                        match news.recv_timeout(SETTLE) {
                            Ok(News::Changed(path)) => changed.push(path),
                            Ok(News::Stop) => return Ok(()),
                            Err(_) => break,
                        }
                    }
                    self.reload(&changed)?;
                }
            }
        }
    }

    /// Builds the site, and replaces the serving process if the site or its settings are new.
    fn reload(&mut self, changed: &[PathBuf]) -> Result<()> {
        let has_settings = changed.iter().any(|path| path.ends_with(".env"));
        if let Some(path) = changed.first() {
            let shown = path.strip_prefix(&self.target.package).unwrap_or(path);
            say(&dim(&format!("{} changed", shown.display())))?;
        }
        match build(&self.target)? {
            Built::Failed(error) => {
                self.state.error = error;
                self.state.write(&self.state_file)
            }
            Built::Same if self.child.is_some() && !has_settings => {
                self.state.error.clear();
                self.state.write(&self.state_file)
            }
            Built::New | Built::Same => {
                self.stop();
                self.start()
            }
        }
    }

    /// Starts a process that serves.
    fn start(&mut self) -> Result<()> {
        self.state = State {
            started: self.state.started + 1,
            error: String::new(),
        };
        self.state.write(&self.state_file)?;
        let child = Command::new(&self.target.program)
            .arg("runserver")
            .arg(self.address.to_string())
            .env(RELOAD_STATE, &self.state_file)
            .stdin(socket(&self.listener)?)
            .spawn()
            .map_err(|error| {
                Error::command(format!("{}: {error}", self.target.program.display()))
            })?;
        self.child = Some(child);
        Ok(())
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // The process has ended if it cannot be killed.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// If the serving process has ended by itself, answers requests in its place until a file
    /// changes.
    fn look_after_child(&mut self) -> Result<()> {
        if let Some(child) = &mut self.child
            && child.try_wait()?.is_some()
        {
            self.child = None;
            self.state.started += 1;
            say("The site has ended. It starts again when a file changes.")?;
        }
        if self.child.is_none() {
            fallback::answer_all(&self.listener, &self.state)?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn socket(listener: &TcpListener) -> std::io::Result<Stdio> {
    Ok(Stdio::from(std::os::fd::OwnedFd::from(
        listener.try_clone()?,
    )))
}

#[cfg(not(unix))]
fn socket(_: &TcpListener) -> std::io::Result<Stdio> {
    Ok(Stdio::null())
}

/// Sends [`News::Stop`] at SIGINT and SIGTERM.
fn stop_at_signals(news: Sender<News>) -> Result<()> {
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            actix_web::rt::System::new().block_on(signalled());
            let _ = news.send(News::Stop);
        })?;
    Ok(())
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signalled() {
    drop(tokio::signal::ctrl_c().await);
}
