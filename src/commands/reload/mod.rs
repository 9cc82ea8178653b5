//! Reloading in development: `runserver` compiles the site again when a file changes, and restarts it
//! if that succeeds (Django's autoreloader).
//!
//! The first process holds the socket and watches the files. A second process, its child, serves the
//! site. The child gets the socket as its standard input, so that no request is refused while the
//! child is replaced.

mod build;
mod fallback;
mod layers;
mod state;
mod supervisor;
mod target;
mod watch;

pub(super) use layers::{answer, inject};
pub(super) use state::is_reloading;
pub(super) use supervisor::run;
pub(super) use target::Target;

#[cfg(unix)]
mod inherited;
#[cfg(unix)]
pub(super) use inherited::listener;

/// Returns no listener, because this system cannot pass a socket on.
#[cfg(not(unix))]
pub(super) fn listener() -> std::io::Result<Option<std::net::TcpListener>> {
    Ok(None)
}
