//! A TCP connection that follows the requests that it delivers.

use std::cell::{Cell, RefCell};
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::framing::Framing;

/// The declared size of the body that a connection receives in chunks. Clones share it.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct DeclaredBody(Rc<Declared>);

#[derive(Debug, Default)]
struct Declared {
    bytes: Cell<u64>,
    reader: RefCell<Option<Waker>>,
}

impl DeclaredBody {
    /// Returns the sum of the sizes, in bytes, of the chunks that were declared so far; 0 if the
    /// body is not sent in chunks.
    ///
    /// If the client sends the next request before it has the answer to this one, it is the sum of
    /// that request as soon as its chunks arrive.
    pub(in crate::http) fn bytes(&self) -> u64 {
        self.0.bytes.get()
    }

    /// As [`DeclaredBody::bytes`]; the task of `context` is woken when the sum changes.
    pub(in crate::http) fn poll_bytes(&self, context: &Context<'_>) -> u64 {
        *self.0.reader.borrow_mut() = Some(context.waker().clone());
        self.bytes()
    }

    fn set(&self, bytes: u64) {
        if self.0.bytes.replace(bytes) != bytes
            && let Some(reader) = self.0.reader.borrow_mut().take()
        {
            reader.wake();
        }
    }
}

/// A TCP connection from a client.
pub(super) struct Connection {
    stream: TcpStream,
    framing: Framing,
    declared: DeclaredBody,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            framing: Framing::default(),
            declared: DeclaredBody::default(),
        }
    }

    /// Returns the declared size of the body that is just being received.
    pub(super) fn declared_body(&self) -> DeclaredBody {
        self.declared.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let connection = self.get_mut();
        let before = buffer.filled().len();
        let done = Pin::new(&mut connection.stream).poll_read(context, buffer);
        if done.is_ready() {
            connection.framing.read(&buffer.filled()[before..]);
            connection.declared.set(connection.framing.declared());
        }
        done
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
