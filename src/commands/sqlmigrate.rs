//! `sqlmigrate`: prints the statements of a migration.

use clap::Args as ClapArgs;

use crate::db::migrations;
use crate::error::Result;
use crate::project::Project;
use crate::settings::{DatabaseUrl, Settings};
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The app.
    app: String,
    /// The migration, such as `0002`.
    migration: String,
    /// Print the statements that reverse the migration.
    #[arg(long)]
    backwards: bool,
}

/// Prints the script for the database of the settings, which does not have to be there.
pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    let all = project.migrations();
    let migration = migrations::named(&all, &args.app, &args.migration)?;
    let script = match settings.database_url {
        DatabaseUrl::Sqlite(_) => migration.sqlite,
        DatabaseUrl::Postgres(_) => migration.postgres,
    };
    let text = if args.backwards {
        script.down
    } else {
        script.up
    };
    say(text.trim_end())
}
