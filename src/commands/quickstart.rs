//! Runs the program without a command: from an empty folder to a running site.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};

use super::fixtures::load_demo;
use super::{connect, migrate, runserver, settings};
use crate::auth::hashers::{HashPolicy, random_string};
use crate::auth::{NewUser, User};
use crate::db::{Conn, migrations};
use crate::error::{Error, Result};
use crate::models;
use crate::project::Project;
use crate::records::send_created;
use crate::settings::{Env, Settings, find_dotenv, random_key};
use crate::terminal::{bold, dim, green, say};

/// Creates what is missing and serves at the default address on the loopback interface, or at a
/// port close to it.
pub(super) fn run(project: &'static Project) -> Result<()> {
    let made_key = ensure_secret_key()?;
    let settings = settings(project)?;
    let address = free_address(runserver::resolve(runserver::DEFAULT_ADDRESS)?);
    let password = set_up(project, &settings)?;
    if made_key {
        say(&dim("  .env   made, with a SECRET_KEY of its own"))?;
    }
    if let Some(password) = password {
        say(&format!(
            "  Login  {} / {}   {}",
            bold("admin"),
            bold(&password),
            dim("(shown only this once)")
        ))?;
    }
    runserver::serve(address, project, settings, true)
}

/// Returns `address`; if another program uses that port, one of the next nine.
fn free_address(address: SocketAddr) -> SocketAddr {
    let near = (0..10).map(|step| SocketAddr::new(address.ip(), address.port() + step));
    near.into_iter()
        .find(|near| TcpListener::bind(near).is_ok())
        .unwrap_or(address)
}

/// Adds a `SECRET_KEY` to `.env` if the file has no key yet: a key is required outside `DEBUG`. Returns
/// whether a key was added.
fn ensure_secret_key() -> Result<bool> {
    let env = Env::load().map_err(|error| Error::command(error.to_string()))?;
    if env.get("SECRET_KEY").is_some() || env.get("DEBUG").is_some() {
        return Ok(false);
    }
    // A new `.env` in this folder would hide one in a folder above.
    let path = find_dotenv().unwrap_or_else(|| ".env".into());
    let failed = |error| Error::command(format!("{}: {error}", path.display()));
    let present = if path.exists() {
        std::fs::read_to_string(&path).map_err(failed)?
    } else {
        String::new()
    };

    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(failed)?;
    // Without a line break the key would be appended to the last setting.
    let line_end = if present.is_empty() || present.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    writeln!(file, "{line_end}SECRET_KEY='{}'", random_key())?;
    Ok(true)
}

/// Creates the tables if the database has none, and loads the rows that come with the site. Returns
/// the password of the user `admin`.
fn set_up(project: &Project, settings: &Settings) -> Result<Option<String>> {
    let mut conn = connect(settings)?;
    if !migrations::is_fresh(&mut conn)? {
        return Ok(None);
    }
    let title = project.demo.map_or_else(
        || format!("Setting up {}", project.name()),
        |demo| demo.title.to_owned(),
    );
    say(&format!(
        "{} {}",
        bold(&format!("{title} in")),
        green(&settings.database_url.to_string())
    ))?;
    let password = random_string(16);
    let hash = HashPolicy::from_settings(settings).encode(&password);
    // One transaction: a second start finds either a complete shop or an empty database.
    migrations::locked(&mut conn, |conn: &mut Conn| {
        migrate::apply(conn, project)?;
        let user = NewUser::superuser("admin", "admin@example.com", hash).save(conn)?;
        send_created::<User>(conn, settings, user.id)?;
        if let Some(demo) = project.demo {
            models::install(project.apps);
            load_demo(conn, demo, settings)?;
        }
        Ok(())
    })?;
    conn.optimize_after_bulk();
    Ok(Some(password))
}
