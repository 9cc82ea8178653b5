//! The HTTP server: an actix-web application on connections that know the declared size of a body
//! that is sent in chunks.
//!
//! `HttpServer` of actix-web accepts no streams but TCP connections and TLS. The server is built
//! here as `HttpServer::listen` does it: a service of actix-http on the workers of actix-server.

mod connection;
mod framing;

use std::fmt::Debug;
use std::net::TcpListener;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive, Protocol, Request, Response};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _};
use actix_service::{fn_service, map_config};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::AppConfig;
use tokio::net::TcpStream;

pub(super) use connection::DeclaredBody;

use connection::Connection;

/// The time that an idle connection is kept open: longer than a proxy in front keeps it.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// The time that the head of a request may take to arrive.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The time after the last response in which bytes that the client still sends are read, so that it
/// can read the response.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The threads of a server, and the time that it has to end.
pub(crate) struct Limits {
    /// Number of threads that accept and answer requests.
    pub(crate) workers: usize,
    /// Number of threads for hashes, compression and files. Queries have their own threads; see
    /// `Db`.
    pub(crate) blocking_threads: usize,
    /// The time that requests have to end after a signal to stop.
    pub(crate) shutdown_timeout: Duration,
}

/// Returns the server, to be awaited, of the application that `app` makes for each worker.
///
/// Fails if the listener cannot be used.
pub(crate) fn serve<F, I, S, B>(
    listener: TcpListener,
    limits: &Limits,
    app: F,
) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(limits.workers)
        .worker_max_blocking_threads(limits.blocking_threads)
        .shutdown_timeout(limits.shutdown_timeout.as_secs());
    let stopping = builder.graceful_shutdown_signal();
    let builder = builder.listen("http", listener, move || {
        let stopping = stopping.clone();
        let app = app()
            .into_factory()
            .map_err(|error| error.into().error_response());
        let service = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
            .client_request_timeout(REQUEST_TIMEOUT)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.declared_body());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(|stream: TcpStream| async move {
            // Nagle's algorithm would delay the end of a response.
            if let Err(error) = stream.set_nodelay(true) {
                log::debug!(target: "nuages.server", "TCP_NODELAY was not set: {error}");
            }
            let peer = stream.peer_addr().ok();
            Ok::<_, DispatchError>((Connection::new(stream), Protocol::Http1, peer))
        })
        .and_then(service)
    })?;
    Ok(builder.run())
}
