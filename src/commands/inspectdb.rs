//! `inspectdb`: prints declarations for the tables of the database.

use clap::Args as ClapArgs;

use super::{connect, using};
use crate::db::Conn;
use crate::db::introspection::{DatabaseTable, tables};
use crate::error::{Error, Result};
use crate::makemigrations::Inspection;
use crate::settings::Settings;
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The tables; without any, all tables of the database except Django's own.
    tables: Vec<String>,
    /// The app of the declarations. Several make a module for each, with the tables whose names begin with
    /// the label of the app.
    #[arg(long = "app", default_value = "legacy")]
    apps: Vec<String>,
    /// The database: `reports` is that of `DATABASE_URL_REPORTS`.
    #[arg(long, default_value = crate::db::DEFAULT_DATABASE)]
    database: String,
}

/// The tables that the library declares, and those that only Django and Nuages use.
const OWN: [&str; 9] = [
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_admin_log",
    "django_content_type",
    "django_session",
];

pub(super) fn run(args: &Args, settings: &Settings) -> Result<()> {
    let mut conn = connect(&using(settings, &args.database)?)?;
    let is_postgres = matches!(conn, Conn::Postgres(_));
    let all = tables(&mut conn)?;
    for name in &args.tables {
        if !all.iter().any(|table| table.name == *name) {
            return Err(Error::command(format!("there is no table {name}")));
        }
    }

    let is_wanted = |table: &&DatabaseTable| {
        if args.tables.is_empty() {
            let name = table.name.as_str();
            !OWN.contains(&name) && name != "django_migrations" && !name.starts_with("nuages_")
        } else {
            args.tables.contains(&table.name)
        }
    };
    let wanted: Vec<&DatabaseTable> = all.iter().filter(is_wanted).collect();
    let apps: Vec<&str> = args.apps.iter().map(String::as_str).collect();
    let inspection = Inspection {
        all: &all,
        apps: &apps,
        is_postgres,
    };
    say(inspection.module(&wanted).trim_end())
}
