//! The socket that a process inherits from the `runserver` that started it.

use std::io;
use std::net::TcpListener;
use std::os::fd::AsFd as _;
use std::time::Duration;

use crate::settings::reload_state;

/// The interval between two looks at the process that started this one.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Returns the socket, which is the standard input. `None` if this process was not started so.
pub(in crate::commands) fn listener() -> io::Result<Option<TcpListener>> {
    if reload_state().is_none() {
        return Ok(None);
    }
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    end_with_parent()?;
    Ok(Some(TcpListener::from(socket)))
}

/// Ends this process when its parent has ended, however that happened.
fn end_with_parent() -> io::Result<()> {
    let parent = std::os::unix::process::parent_id();
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(move || {
            while std::os::unix::process::parent_id() == parent {
                std::thread::sleep(LOOK_EVERY);
            }
            std::process::exit(0);
        })?;
    Ok(())
}
