//! The commands: `nuages COMMAND`, like `manage.py COMMAND`.

mod changepassword;
mod check;
mod clearhistory;
mod clearsessions;
mod createcachetable;
mod createsuperuser;
mod createtoken;
mod dumpdata;
mod fixtures;
mod inspectdb;
mod loaddata;
mod makemigrations;
pub mod migrate;
mod migration_folders;
mod quickstart;
mod reload;
mod removetwofactor;
mod routes;
pub mod runserver;
mod sendtestemail;
mod showmigrations;
mod sqlmigrate;
mod squashmigrations;
mod start;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::auth::{User, normalize};
use crate::db::{Conn, Limits};
use crate::error::{Error, Result};
use crate::logging;
use crate::project::{CommandContext, Project};
use crate::settings::{Env, Settings, program};

/// The exit code if the reader of the output has ended, as shells report it for SIGPIPE.
const CLOSED_PIPE: u8 = 141;

/// Without a command: create the tables of an empty database, and serve the site.
#[derive(Debug, Parser)]
#[command(max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site.
    Runserver(runserver::Args),
    /// Run tasks in the background: mail, imports and the tasks of the site.
    Worker(worker::Args),
    /// Create or update the tables of the database.
    Migrate(migrate::Args),
    /// Write the migrations that the declarations of models need.
    Makemigrations(makemigrations::Args),
    /// List the migrations and whether they were applied.
    Showmigrations(showmigrations::Args),
    /// Print the statements of a migration.
    Sqlmigrate(sqlmigrate::Args),
    /// Write one migration that replaces several.
    Squashmigrations(squashmigrations::Args),
    /// Print declarations of models for the tables of the database.
    Inspectdb(inspectdb::Args),
    /// Check the settings and the database for errors.
    Check(check::Args),
    /// List every URL with its access rule and its name.
    Routes,
    /// Load fixtures: JSON files in the format of Django's dumpdata, or `demo`, the rows that come
    /// with the site.
    Loaddata(loaddata::Args),
    /// Write rows as a fixture, which loaddata of Nuages and of Django can load.
    Dumpdata(dumpdata::Args),
    /// Create the table of the cache.
    Createcachetable(createcachetable::Args),
    /// Create a user with all permissions.
    Createsuperuser(createsuperuser::Args),
    /// Make a token with which a program uses the JSON API as a user.
    Createtoken(createtoken::Args),
    /// Set a new password for a user.
    Changepassword(changepassword::Args),
    /// Turn off two-factor login for a user who lost both phone and recovery codes.
    Removetwofactor(removetwofactor::Args),
    /// Delete old values of the history.
    Clearhistory(clearhistory::Args),
    /// Delete expired sessions and old login failures.
    Clearsessions,
    /// Send a message to test the mail settings.
    Sendtestemail(sendtestemail::Args),
    /// Write the files of a new site.
    Startproject(start::ProjectArgs),
    /// Write the files of a new app of this site.
    Startapp(start::AppArgs),
    /// Print the version of the site.
    Version,
}

/// Runs the command line for `project`. Returns the exit code: 0, 1 if a command failed, or 2 for a
/// wrong command line.
pub fn main(project: &'static Project) -> ExitCode {
    project.install();
    let matches = match command_line(project).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run_matches(project, &matches, &|| settings(project)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::from(CLOSED_PIPE),
        Err(error) => {
            crate::terminal::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Whether the reader of the output has ended: `showmigrations | head`.
fn is_closed_pipe(error: &Error) -> bool {
    matches!(error, Error::Io(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Returns the commands of the framework and of the site.
fn command_line(project: &Project) -> clap::Command {
    let own = project
        .commands
        .iter()
        .map(|own| (own.arguments)(clap::Command::new(own.name)).about(own.about));
    Cli::command()
        .name(program())
        .bin_name(program())
        .version(version_text(project))
        .subcommands(own)
}

/// Returns the text of `--version`, after the name of the program.
fn version_text(project: &Project) -> String {
    let nuages = concat!("Nuages ", env!("CARGO_PKG_VERSION"));
    match project.version_text() {
        version if version == nuages => version,
        version => format!("{version} ({nuages})"),
    }
}

/// Runs a command in this process, as Django's `call_command`: with these words of the command
/// line and these settings. Returns the result and the text that the command printed.
///
/// ```no_run
/// # use nuages::prelude::*;
/// # fn purge(project: &'static Project, settings: &Settings) -> Result<()> {
/// let (result, text) = nuages::commands::call(project, &["clearsessions"], settings);
/// # result
/// # }
/// ```
pub fn call(
    project: &'static Project,
    words: &[&str],
    settings: &Settings,
) -> (Result<()>, String) {
    let words = std::iter::once(&"nuages").chain(words);
    let matches = match command_line(project).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => {
            return (Err(Error::command(error.to_string())), String::new());
        }
        Err(help) => return (Ok(()), help.to_string()),
    };
    crate::terminal::captured(|| run_matches(project, &matches, &|| Ok(settings.clone())))
}

fn run_matches(
    project: &'static Project,
    matches: &clap::ArgMatches,
    settings: &dyn Fn() -> Result<Settings>,
) -> Result<()> {
    if let Some((name, arguments)) = matches.subcommand()
        && let Some(own) = project.commands.iter().find(|own| own.name == name)
    {
        let settings = settings()?;
        return (own.run)(
            arguments,
            &CommandContext {
                project,
                settings: &settings,
            },
        );
    }
    let cli = Cli::from_arg_matches(matches).map_err(|error| Error::command(error.to_string()))?;
    run(project, cli.command, settings)
}

fn run(
    project: &'static Project,
    command: Option<Command>,
    settings: &dyn Fn() -> Result<Settings>,
) -> Result<()> {
    match command {
        None => quickstart::run(project),
        Some(Command::Runserver(args)) => runserver::run(&args, project, settings()?),
        Some(Command::Worker(args)) => worker::run(&args, project, &settings()?),
        Some(Command::Migrate(args)) => migrate::run(&args, project, &settings()?),
        Some(Command::Makemigrations(args)) => makemigrations::run(&args, project),
        Some(Command::Showmigrations(args)) => showmigrations::run(&args, project, &settings()?),
        Some(Command::Sqlmigrate(args)) => sqlmigrate::run(&args, project, &settings()?),
        Some(Command::Squashmigrations(args)) => squashmigrations::run(&args, project),
        Some(Command::Inspectdb(args)) => inspectdb::run(&args, &settings()?),
        Some(Command::Check(args)) => check::run(&args, project, &settings()?),
        Some(Command::Routes) => routes::run(project, &settings()?),
        Some(Command::Loaddata(args)) => loaddata::run(&args, project, &settings()?),
        Some(Command::Dumpdata(args)) => dumpdata::run(&args, project, &settings()?),
        Some(Command::Createcachetable(args)) => createcachetable::run(&args, &settings()?),
        Some(Command::Createsuperuser(args)) => createsuperuser::run(&args, settings()?),
        Some(Command::Createtoken(args)) => createtoken::run(&args, &settings()?),
        Some(Command::Changepassword(args)) => changepassword::run(&args, settings()?),
        Some(Command::Removetwofactor(args)) => removetwofactor::run(&args, &settings()?),
        Some(Command::Clearhistory(args)) => clearhistory::run(&args, &settings()?),
        Some(Command::Clearsessions) => clearsessions::run(&settings()?),
        Some(Command::Sendtestemail(args)) => sendtestemail::run(&args, &settings()?),
        Some(Command::Startproject(args)) => start::start_project(&args),
        Some(Command::Startapp(args)) => start::start_app(&args, project),
        Some(Command::Version) => crate::terminal::say(&project.version_text()),
    }
}

/// Reads the settings and starts the log.
fn settings(project: &Project) -> Result<Settings> {
    let settings = Env::load()
        .and_then(|env| project.read_settings(&env))
        .map_err(|error| Error::command(error.to_string()))?;
    logging::init(&settings.log_filter);
    Ok(settings)
}

/// Returns the user whom a command changes.
fn user_named(conn: &mut Conn, username: &str) -> Result<User> {
    User::find_by_username(conn, &normalize::username(username))?
        .ok_or_else(|| Error::command(format!("user '{username}' does not exist")))
}

/// Returns the settings for the database of the option `--database`.
fn using(settings: &Settings, database: &str) -> Result<Settings> {
    settings
        .using(database)
        .map_err(|error| Error::command(error.to_string()))
}

/// Opens a connection for a command, without time limits.
fn connect(settings: &Settings) -> Result<Conn> {
    Conn::open(&settings.database_url, Limits::NONE)
}
