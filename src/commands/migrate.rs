//! `migrate`: the tables, content types and permissions of every installed app.

use clap::Args as ClapArgs;

use super::connect;
use super::terminal::{bold, dim, green, say};
use crate::auth::permissions;
use crate::db::Conn;
use crate::db::migrations::{self, Applied};
use crate::error::{Error, Result};
use crate::models::content_types;
use crate::project::Project;
use crate::settings::Settings;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Only together with `zero`: the app whose tables are dropped.
    app: Option<String>,
    /// `zero`: take back all migrations of APP, and with them its data.
    #[arg(requires = "app", value_parser = ["zero"])]
    target: Option<String>,
    /// Only list what would be done.
    #[arg(long)]
    plan: bool,
    /// Exit with 1 if there is something to do.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    match (&args.app, &args.target) {
        (Some(app), Some(_)) => return reverse(&mut conn, project, app),
        (Some(app), None) => {
            return Err(Error::command(format!("migrate {app} needs a target: `nuages migrate {app} zero`")));
        }
        _ => {}
    }
    if args.plan || args.check {
        return plan(&mut conn, project, args.check);
    }
    say(&format!("{} {}", bold("Migrating"), settings.database_url))?;
    let (applied, rows) = apply(&mut conn, project)?;
    for Applied { app, name } in &applied {
        say(&format!("  Applying {app}.{name}... {}", green("OK")))?;
    }
    match (applied.len(), rows) {
        (0, 0) => say("  No migrations to apply."),
        (0, rows) => say(&format!("  No migrations to apply; added {rows} content types and permissions.")),
        _ => say(&dim(&format!("  {rows} content types and permissions"))),
    }
}

/// Brings the database up to date; what was applied, and how many content types and permissions were added.
pub fn apply(conn: &mut Conn, project: &Project) -> Result<(Vec<Applied>, usize)> {
    migrations::locked(conn, |conn| {
        let applied = migrations::apply(conn, &project.migrations())?;
        let mut rows = 0;
        for app in project.apps {
            rows += content_types::create(conn, app)?;
            rows += permissions::create(conn, app)?;
        }
        Ok((applied, rows))
    })
}

fn plan(conn: &mut Conn, project: &Project, check: bool) -> Result<()> {
    let all = project.migrations();
    let todo: Vec<_> = migrations::plan(conn, &all)?.into_iter().filter(|(_, applied)| !applied).collect();
    if todo.is_empty() {
        return say("No migrations to apply.");
    }
    for (migration, _) in &todo {
        say(&format!("  {}.{}", migration.app, migration.name))?;
    }
    if check { Err(Error::command("there are migrations to apply")) } else { Ok(()) }
}

fn reverse(conn: &mut Conn, project: &Project, app: &str) -> Result<()> {
    let all = project.migrations();
    if !all.iter().any(|migration| migration.app == app) {
        return Err(Error::command(format!("there is no app {app}")));
    }
    let reversed = migrations::locked(conn, |conn| migrations::reverse(conn, &all, app))?;
    for Applied { app, name } in &reversed {
        say(&format!("  Unapplying {app}.{name}... {}", green("OK")))?;
    }
    if reversed.is_empty() { say("  No migrations to take back.") } else { Ok(()) }
}
