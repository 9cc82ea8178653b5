//! The page that is shown while no process serves the site.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use askama::Template;

use super::state::State;
use crate::error::Result;

/// The longest time to wait for a request.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Template)]
#[template(path = "errors/ended.html")]
struct Ended<'a> {
    error: &'a str,
}

/// Answers the requests that are waiting at `listener`.
pub(super) fn answer_all(listener: &TcpListener, state: &State) -> Result<()> {
    listener.set_nonblocking(true)?;
    loop {
        match listener.accept() {
            // A browser that has closed its connection needs no answer.
            Ok((stream, _)) => drop(answer(stream, state)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

fn answer(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    let asks_for_state = request[..length].starts_with(b"GET /__reload__/state ");

    let (status, kind, body) = if asks_for_state {
        ("200 OK", "application/json", state.json())
    } else {
        let page = Ended {
            error: &state.error,
        };
        let page = page.render().unwrap_or_default();
        ("503 Service Unavailable", "text/html; charset=utf-8", page)
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         content-security-policy: default-src 'none'\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
