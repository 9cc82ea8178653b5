//! `migrate`: creates the tables, content types and permissions of every installed app.

use clap::Args as ClapArgs;

use super::connect;
use crate::auth::permissions;
use crate::db::Conn;
use crate::db::migrations::{self, Applied, Loss};
use crate::error::{Error, Result};
use crate::models::content_types;
use crate::project::Project;
use crate::settings::{DatabaseUrl, Settings};
use crate::terminal::{ask, bold, dim, green, is_interactive, say};
use crate::words::counted;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// With `zero`: the app whose migrations are reversed.
    app: Option<String>,
    /// `zero`: reverse all migrations of APP, which deletes its tables and their rows.
    #[arg(requires = "app", value_parser = ["zero"])]
    target: Option<String>,
    /// List the migrations and statements that would run, and change nothing.
    #[arg(long)]
    plan: bool,
    /// Change nothing; exit with 1 if there are migrations to apply (or to reverse, with `zero`).
    #[arg(long)]
    check: bool,
    /// Delete tables and rows without asking first.
    #[arg(long, visible_alias = "no-input")]
    noinput: bool,
}

pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    let backwards = match (&args.app, &args.target) {
        (Some(app), None) => {
            return Err(Error::command(format!(
                "migrate {app} needs a target: `nuages migrate {app} zero`"
            )));
        }
        (Some(app), Some(_)) => Some(known_app(project, app)?),
        _ => None,
    };
    if args.plan || args.check {
        return plan(
            args,
            &mut connect_without_creating(settings)?,
            project,
            backwards,
        );
    }
    let mut conn = connect(settings)?;
    if let Some(app) = backwards {
        return reverse(args, &mut conn, project, app);
    }
    say(&format!("{} {}", bold("Migrating"), settings.database_url))?;
    let (applied, rows) = apply(&mut conn, project)?;
    conn.optimize_after_bulk();
    for Applied { app, name } in &applied {
        say(&format!("  Applying {app}.{name}... {}", green("OK")))?;
    }
    match (applied.len(), rows) {
        (0, 0) => say("  No migrations to apply."),
        (0, _) => say(&format!(
            "  No migrations to apply; added {}.",
            described(rows)
        )),
        _ => say(&dim(&format!("  {}", described(rows)))),
    }
}

fn described(rows: usize) -> String {
    counted(
        rows,
        "content type or permission",
        "content types and permissions",
    )
}

/// Applies the missing migrations; returns them and the number of content types and permissions
/// that were added.
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

fn known_app<'a>(project: &Project, app: &'a str) -> Result<&'a str> {
    let known = project
        .migrations()
        .iter()
        .any(|migration| migration.app == app);
    if known {
        Ok(app)
    } else {
        Err(Error::command(format!(
            "there is no app {app} with migrations"
        )))
    }
}

/// Opens a connection for a command that changes nothing. If the SQLite file is missing, uses an
/// empty database and does not create the file.
fn connect_without_creating(settings: &Settings) -> Result<Conn> {
    match &settings.database_url {
        DatabaseUrl::Sqlite(path) if !path.exists() => Conn::open(
            &DatabaseUrl::Sqlite(":memory:".into()),
            crate::db::Limits::NONE,
        ),
        _ => connect(settings),
    }
}

/// Lists the planned steps, like Django's `--plan` and `--check`. Changes nothing.
fn plan(args: &Args, conn: &mut Conn, project: &Project, backwards: Option<&str>) -> Result<()> {
    let all = project.migrations();
    let todo: Vec<_> = if let Some(app) = backwards {
        migrations::applied_of(conn, &all, app)?
    } else {
        let planned = migrations::plan(conn, &all)?.into_iter();
        planned
            .filter(|(_, applied)| !applied)
            .map(|(migration, _)| migration)
            .collect()
    };
    if args.plan {
        say(&bold("Planned operations:"))?;
        if todo.is_empty() {
            say("  No planned migration operations.")?;
        }
        for migration in &todo {
            say(&bold(&format!("{}.{}", migration.app, migration.name)))?;
            for statement in migration.operations(conn, backwards.is_some()) {
                say(&format!("    {}", shortened(&statement)))?;
            }
        }
        if let Some(app) = backwards {
            tell_losses(&migrations::losses(conn, &all, app)?)?;
        }
    }
    match (args.check && !todo.is_empty(), backwards) {
        (false, _) => Ok(()),
        (true, None) => Err(Error::command("there are migrations to apply")),
        (true, Some(_)) => Err(Error::command("there are migrations to take back")),
    }
}

/// Returns the text, shortened to fit in a line of a terminal.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn tell_losses(losses: &[Loss]) -> Result<()> {
    if losses.is_empty() {
        return Ok(());
    }
    say(&bold("This would delete:"))?;
    losses.iter().try_for_each(|loss| say(&format!("  {loss}")))
}

/// Reverses the migrations of `app`, after the user has confirmed the loss of data.
fn reverse(args: &Args, conn: &mut Conn, project: &Project, app: &str) -> Result<()> {
    let all = project.migrations();
    let losses = migrations::losses(conn, &all, app)?;
    tell_losses(&losses)?;
    if !losses.is_empty() && !args.noinput {
        agree_to_losses()?;
    }

    let reversed = migrations::locked(conn, |conn| migrations::reverse(conn, &all, app))?;
    for Applied { app, name } in &reversed {
        say(&format!("  Unapplying {app}.{name}... {}", green("OK")))?;
    }
    if reversed.is_empty() {
        say("  No migrations to take back.")
    } else {
        Ok(())
    }
}

fn agree_to_losses() -> Result<()> {
    if !is_interactive() {
        return Err(Error::command(
            "nothing was changed: this deletes data, and without a terminal nobody can be asked. Use --no-input to go \
             back without a question",
        ));
    }
    let answer =
        ask("Are you sure you want to do this? Type 'yes' to continue, or 'no' to cancel: ")?;
    if answer.eq_ignore_ascii_case("yes") {
        Ok(())
    } else {
        Err(Error::command("nothing was changed"))
    }
}
