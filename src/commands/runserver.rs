//! `runserver`: serves the site.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, web};
use clap::Args as ClapArgs;
use tokio::signal::unix::{SignalKind, signal};

use super::{check, connect, reload};
use crate::accounts::stale_forms;
use crate::api::{self, ApiDescription};
use crate::auth::throttle::devices;
use crate::auth::{self, Backends, access, hash_pool};
use crate::cache::Cache;
use crate::csrf::protect;
use crate::db::{Conn, Db, migrations};
use crate::error::{Error, Result};
use crate::http::middleware::{
    append_slash, behind_proxy, body_limits, conditional, hosts, requests, security, unread_bodies,
};
use crate::http::server::Limits;
use crate::http::{self, SiteFiles};
use crate::logging;
use crate::messages::messages;
use crate::middleware;
use crate::pages::{Site, error_pages};
use crate::project::Project;
use crate::sessions::sessions;
use crate::settings::{DatabaseUrl, LOOPBACK_HOSTS, Settings, program};
use crate::tasks::Workers;
use crate::terminal::{bold, dim, green, say};

/// The default address of the server, as in Django.
pub(super) const DEFAULT_ADDRESS: &str = "127.0.0.1:8000";
/// The interval for updating the statistics of the tables, which SQLite does only on request.
const STATISTICS_EVERY: Duration = Duration::from_hours(1);

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// `ADDRESS:PORT`, or only a port.
    #[arg(default_value = DEFAULT_ADDRESS)]
    addrport: String,
    /// Do not compile and start the site again when a file changes (in `DEBUG`).
    #[arg(long)]
    noreload: bool,
}

pub(super) fn run(args: &Args, project: &'static Project, settings: Settings) -> Result<()> {
    serve(resolve(&args.addrport)?, project, settings, !args.noreload)
}

/// Serves at `address` until SIGINT or SIGTERM, and prints the address. In `DEBUG`, `reloads` compiles
/// and starts the site again when a file changes.
pub(super) fn serve(
    address: SocketAddr,
    project: &'static Project,
    mut settings: Settings,
    reloads: bool,
) -> Result<()> {
    let inherited = reload::listener()?;
    if inherited.is_none()
        && reloads
        && settings.debug
        && let Some(target) = reload::Target::find()
    {
        return reload::run(target, bind(address)?, &settings);
    }
    settings.allowed_hosts = allowed_hosts(settings.allowed_hosts, address.ip())?;
    if settings.debug {
        logging::keep_queries();
    }
    check::before_serving(project, &settings)?;
    look_for_tables(project, &settings)?;
    let listener = match inherited {
        Some(listener) => listener,
        None => bind(address)?,
    };
    let address = listener.local_addr()?;
    greet(address, project, &settings)?;
    let shutdown = settings.shutdown_timeout;
    actix_web::rt::System::new().block_on(async move {
        let mut server = server(listener, settings, project)?;
        // The server itself stops at the same signal.
        let stop_tasks = server.workers.stopper(shutdown);
        let mut terminated = signal(SignalKind::terminate())?;
        let signalled = Rc::new(Cell::new(None::<Instant>));
        let noted = Rc::clone(&signalled);
        actix_web::rt::spawn(async move {
            terminated.recv().await;
            noted.set(Some(Instant::now()));
            stop_tasks();
        });
        let done = (&mut server).await;
        // Requests and tasks have the same time to end.
        let spent = signalled.get().map(|time| time.elapsed());
        let rest = shutdown.saturating_sub(spent.unwrap_or_default());
        server.workers.stop(rest);
        done.map_err(Error::from)
    })
}

/// A running server and the threads that run its tasks, which end when the server has ended.
pub struct SiteServer {
    server: Server,
    workers: Workers,
}

impl SiteServer {
    /// Returns the handle with which the server can be stopped.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }
}

impl Future for SiteServer {
    type Output = std::io::Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let done = Pin::new(&mut self.server).poll(context);
        if done.is_ready() {
            self.workers.stop_taking();
        }
        done
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        Error::command(format!(
            "{address}: {error}. Give another with `{} runserver ADDRESS:PORT`.",
            program()
        ))
    })
}

/// Returns the server, to be awaited. It serves `project`, only for the hosts in
/// `settings.allowed_hosts`.
pub fn server(
    listener: TcpListener,
    mut settings: Settings,
    project: &'static Project,
) -> Result<SiteServer> {
    auth::django_version::tell_once(&mut settings);
    let db = Db::open_routed(&settings, project.router)?;
    actix_web::rt::spawn(keep_statistics(db.clone()));
    let (workers, shutdown, threads) = (
        settings.workers,
        settings.shutdown_timeout,
        settings.conn_pool_size as usize,
    );
    let cache = web::Data::new(Cache::open(&settings, &db)?);
    let tasks = project.task_registry();
    let task_workers = Workers::start(tasks, &settings, settings.tasks.threads, None)?;
    let (settings, db) = (web::Data::new(settings), web::Data::new(db));
    let urls = project.all_urls(&settings);
    let api = web::Data::new(ApiDescription::new(
        api::models(project.admin_site(), &settings),
        &urls,
    ));
    let table = web::Data::new(urls.table());
    let admin = web::Data::new(project.admin_site());
    let site: web::Data<&'static Site> = web::Data::new(&project.site);
    let site_files = web::Data::new(SiteFiles::new(project.static_files));
    let reloads = reload::is_reloading();
    let middleware = project.middleware;
    let backends = web::Data::new(Backends::new(project.backends));
    let app = move || {
        let urls = project.all_urls(&settings);
        App::new()
            .app_data(settings.clone())
            .app_data(db.clone())
            .app_data(cache.clone())
            .app_data(table.clone())
            .app_data(admin.clone())
            .app_data(api.clone())
            .app_data(site.clone())
            .app_data(site_files.clone())
            .app_data(backends.clone())
            .configure(|config| urls.register(config))
            // The last layer is the outermost.
            .wrap(from_fn(append_slash))
            .wrap(from_fn(access))
            .wrap(from_fn(devices))
            .wrap(from_fn(protect))
            .wrap(from_fn(stale_forms))
            .wrap(Condition::new(
                !middleware.is_empty(),
                from_fn(move |request, next| middleware::run(middleware, request, next)),
            ))
            .wrap(from_fn(messages))
            .wrap(from_fn(sessions))
            .wrap(from_fn(body_limits))
            .wrap(from_fn(hosts))
            .wrap(from_fn(error_pages))
            .wrap(from_fn(api::cors))
            .wrap(Condition::new(reloads, from_fn(reload::inject)))
            .wrap(from_fn(conditional))
            .wrap(from_fn(security))
            .wrap(from_fn(behind_proxy))
            .wrap(Compress::default())
            .wrap(from_fn(requests))
            .wrap(from_fn(unread_bodies))
            .wrap(Condition::new(reloads, from_fn(reload::answer)))
    };
    let limits = Limits {
        workers,
        blocking_threads: threads + hash_pool::places(),
        shutdown_timeout: shutdown,
    };
    let server = http::server::serve(listener, &limits, app)?;
    Ok(SiteServer {
        server,
        workers: task_workers,
    })
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
            "there is no database {}. Run `{} migrate` first.",
            settings.database_url,
            program()
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
             `{} migrate`: where Django made the database it adds these tables and changes nothing else.",
            settings.database_url,
            program()
        );
        return Ok(());
    }
    if plan.iter().any(|(_, applied)| !applied) {
        log::warn!(target: "nuages.db", "there are migrations to apply: run `{} migrate`", program());
    }
    Ok(())
}

fn greet(address: SocketAddr, project: &Project, settings: &Settings) -> Result<()> {
    say(&format!(
        "{} {}",
        bold(&project.name_and_version()),
        dim(&format!(
            "on {}, with Nuages {}",
            settings.database_url,
            env!("CARGO_PKG_VERSION")
        ))
    ))?;
    say(&format!(
        "  Site   {}",
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
