//! `runserver`: serves the site.

use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};
use clap::Args as ClapArgs;

use super::{check, connect};
use crate::accounts::stale_forms;
use crate::auth::throttle::devices;
use crate::auth::{self, access, hash_pool};
use crate::csrf::protect;
use crate::db::{Conn, Db, migrations};
use crate::error::{Error, Result};
use crate::http::SiteFiles;
use crate::http::middleware::{
    append_slash, behind_proxy, body_limits, conditional, hosts, requests, security, unread_bodies,
};
use crate::logging;
use crate::messages::messages;
use crate::pages::{Site, error_pages};
use crate::project::Project;
use crate::sessions::sessions;
use crate::settings::{DatabaseUrl, LOOPBACK_HOSTS, Settings};
use crate::terminal::{bold, dim, green, say};

/// The default address of the server, as in Django.
pub(super) const DEFAULT_ADDRESS: &str = "127.0.0.1:8000";
/// Time that an idle connection is kept open: longer than a proxy in front keeps it.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// The interval for updating the statistics of the tables, which SQLite does only on request.
const STATISTICS_EVERY: Duration = Duration::from_hours(1);

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// `ADDRESS:PORT`, or only a port.
    #[arg(default_value = DEFAULT_ADDRESS)]
    addrport: String,
}

pub(super) fn run(args: &Args, project: &'static Project, settings: Settings) -> Result<()> {
    serve(resolve(&args.addrport)?, project, settings)
}

/// Serves at `address` until SIGINT or SIGTERM, and prints the address.
pub(super) fn serve(
    address: SocketAddr,
    project: &'static Project,
    mut settings: Settings,
) -> Result<()> {
    settings.allowed_hosts = allowed_hosts(settings.allowed_hosts, address.ip())?;
    if settings.debug {
        logging::keep_queries();
    }
    check::before_serving(project, &settings)?;
    look_for_tables(project, &settings)?;
    let listener = TcpListener::bind(address).map_err(|error| {
        Error::command(format!(
            "{address}: {error}. Give another with `nuages runserver ADDRESS:PORT`."
        ))
    })?;
    let address = listener.local_addr()?;
    greet(address, project, &settings)?;
    actix_web::rt::System::new().block_on(async move {
        server(listener, settings, project)?
            .await
            .map_err(Error::from)
    })
}

/// Returns the server, to be awaited. It serves `project`, only for the hosts in
/// `settings.allowed_hosts`.
pub fn server(
    listener: TcpListener,
    mut settings: Settings,
    project: &'static Project,
) -> Result<Server> {
    auth::django_version::tell_once(&mut settings);
    let db = Db::open(&settings)?;
    actix_web::rt::spawn(keep_statistics(db.clone()));
    let (workers, shutdown, threads) = (
        settings.workers,
        settings.shutdown_timeout,
        settings.conn_pool_size as usize,
    );
    let (settings, db) = (web::Data::new(settings), web::Data::new(db));
    let table = web::Data::new((project.urls)(&settings).table());
    let admin = web::Data::new(project.admin_site());
    let site: web::Data<&'static Site> = web::Data::new(&project.site);
    let site_files = web::Data::new(SiteFiles::new(project.static_files));
    let app = move || {
        let urls = (project.urls)(&settings);
        App::new()
            .app_data(settings.clone())
            .app_data(db.clone())
            .app_data(table.clone())
            .app_data(admin.clone())
            .app_data(site.clone())
            .app_data(site_files.clone())
            .configure(|config| urls.register(config))
            // The last layer is the outermost.
            .wrap(from_fn(append_slash))
            .wrap(from_fn(access))
            .wrap(from_fn(devices))
            .wrap(from_fn(protect))
            .wrap(from_fn(stale_forms))
            .wrap(from_fn(messages))
            .wrap(from_fn(sessions))
            .wrap(from_fn(body_limits))
            .wrap(from_fn(hosts))
            .wrap(from_fn(error_pages))
            .wrap(from_fn(conditional))
            .wrap(from_fn(security))
            .wrap(from_fn(behind_proxy))
            .wrap(Compress::default())
            .wrap(from_fn(requests))
            .wrap(from_fn(unread_bodies))
    };
    let server = HttpServer::new(app)
        .workers(workers)
        // These threads are for hashes, compression and files. Queries have their own threads; see
        // `Db`.
        .worker_max_blocking_threads(threads + hash_pool::places())
        // Nagle's algorithm would delay the end of a response.
        .tcp_nodelay(true)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(shutdown.as_secs())
        .listen(listener)?;
    Ok(server.run())
}

/// Updates the statistics of an SQLite database now and every hour.
async fn keep_statistics(db: Db) {
    loop {
        // If another transaction is writing, the next hour is early enough.
        if let Err(error) = db
            .write_if_free(|conn| conn.without_waiting(Conn::optimize))
            .await
        {
            log::debug!(target: "nuages.db", "the statistics of the tables were not updated: {error}");
        }
        tokio::time::sleep(STATISTICS_EVERY).await;
    }
}

/// Parses `127.0.0.1:8000`, `8000`, `localhost:8000` or `[::1]:8000`.
pub(super) fn resolve(text: &str) -> Result<SocketAddr> {
    let full = if text.bytes().all(|b| b.is_ascii_digit()) {
        format!("127.0.0.1:{text}")
    } else {
        text.to_owned()
    };
    let found = full
        .to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| {
        Error::command(format!(
            "{text:?} is no ADDRESS:PORT, such as 127.0.0.1:8000 or 8000"
        ))
    })
}

/// Returns the allowed hosts. If the setting is empty, the names of the loopback interface are
/// allowed if the server listens only there; otherwise the setting is required.
fn allowed_hosts(given: Vec<String>, ip: IpAddr) -> Result<Vec<String>> {
    if !given.is_empty() {
        return Ok(given);
    }
    if ip.is_loopback() {
        return Ok(LOOPBACK_HOSTS.map(str::to_owned).into());
    }
    Err(Error::command(format!(
        "ALLOWED_HOSTS is not set, and {ip} can be reached from elsewhere: set it to the names of this site, such as \
         ALLOWED_HOSTS=shop.example.com,.example.org"
    )))
}

/// Fails if the database does not exist; reports missing tables of Nuages, which every login needs
/// and Django does not create.
fn look_for_tables(project: &Project, settings: &Settings) -> Result<()> {
    if matches!(&settings.database_url, DatabaseUrl::Sqlite(path) if !path.exists()) {
        return Err(Error::command(format!(
            "there is no database {}. Run `nuages migrate` first.",
            settings.database_url
        )));
    }
    let mut conn = connect(settings)?;
    if conn.is_read_only()? {
        log::warn!(
            target: "nuages.db",
            "{} can only be read: pages are shown, and nobody can log in or save anything",
            settings.database_url
        );
    }
    let migrations = project.migrations();
    let plan = migrations::plan(&mut conn, &migrations)?;
    if plan
        .iter()
        .any(|(migration, applied)| !applied && migration.app == auth::NUAGES.label)
    {
        log::error!(
            target: "nuages.db",
            "{} lacks tables of Nuages' own (nuages_…): its pages are shown to visitors, but nobody can log in. Run \
             `nuages migrate`: where Django made the database it adds these tables and changes nothing else.",
            settings.database_url
        );
        return Ok(());
    }
    if plan.iter().any(|(_, applied)| !applied) {
        log::warn!(target: "nuages.db", "there are migrations to apply: run `nuages migrate`");
    }
    Ok(())
}

fn greet(address: SocketAddr, project: &Project, settings: &Settings) -> Result<()> {
    say(&format!(
        "{} {}",
        bold(&format!("Nuages {}", env!("CARGO_PKG_VERSION"))),
        dim(&format!("on {}", settings.database_url))
    ))?;
    say(&format!(
        "  {:<6} {}",
        project.name(),
        green(&format!("http://{address}/"))
    ))?;
    say(&format!(
        "  Admin  {}",
        green(&format!("http://{address}/admin/"))
    ))?;
    say(&dim(&format!(
        "  Log    standard error ({}); Ctrl+C stops the server",
        settings.log_filter
    )))
}
