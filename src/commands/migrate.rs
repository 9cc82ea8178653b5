//! `migrate`: creates the tables, content types and permissions of every installed app.

use clap::Args as ClapArgs;

use super::{connect, using};
use crate::auth::{NUAGES, permissions};
use crate::db::migrations::{self, Applied, Loss, Migration, Steps, Target};
use crate::db::{Conn, DEFAULT_DATABASE};
use crate::error::{Error, Result};
use crate::makemigrations::{conflicts, unwritten};
use crate::models::{AppConfig, content_types, is_own_app};
use crate::project::Project;
use crate::settings::{DatabaseUrl, Settings};
use crate::terminal::{ask, bold, dim, green, is_interactive, say};
use crate::words::counted;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The app that is migrated, with the apps that it needs; without it, all apps.
    app: Option<String>,
    /// The last migration of APP to be applied, such as `0002`; later ones are reversed. `zero`: reverse
    /// all, which deletes the tables of APP and their rows.
    #[arg(requires = "app")]
    target: Option<String>,
    /// List the migrations and statements that would run, and change nothing.
    #[arg(long)]
    plan: bool,
    /// Change nothing; exit with 1 if there are migrations to apply or to reverse.
    #[arg(long)]
    check: bool,
    /// Record the migrations as applied or reversed without running them.
    #[arg(long)]
    fake: bool,
    /// The database that is migrated: `reports` is that of `DATABASE_URL_REPORTS`.
    #[arg(long, default_value = DEFAULT_DATABASE)]
    database: String,
    /// Delete tables, columns and rows without asking first.
    #[arg(long, visible_alias = "no-input")]
    noinput: bool,
    /// Migrate although `check` finds errors in the models, their admins or the URLs.
    #[arg(long)]
    skip_checks: bool,
}

pub(super) fn run(args: &Args, project: &'static Project, settings: &Settings) -> Result<()> {
    let settings = &using(settings, &args.database)?;
    if !args.skip_checks {
        super::check::before_migrating(project, settings)?;
    }
    let all = project.migrations_on(&args.database);
    if let Some(conflict) = conflicts(project.apps).first() {
        return Err(Error::command(format!("nothing was changed: {conflict}")));
    }
    super::migration_folders::refuse_left_over(project, "nothing was changed")?;
    let target = target(args, &all)?;
    if args.plan || args.check {
        let mut conn = connect_without_creating(settings)?;
        let steps = migrations::steps(&mut conn, &all, target)?;
        return plan(args, &mut conn, &steps);
    }

    let mut conn = connect(settings)?;
    let steps = migrations::steps(&mut conn, &all, target)?;
    if !steps.backwards.is_empty() {
        return reverse(args, &mut conn, &steps);
    }
    if matches!(target, Target::Zero(_)) {
        return say("  No migrations to take back.");
    }
    say(&format!("{} {}", bold("Migrating"), settings.database_url))?;
    if args.fake {
        return fake(&mut conn, &steps);
    }
    agree(args, &mut conn, &steps)?;
    let (applied, rows) = apply_until(&mut conn, project, &args.database, target)?;
    let changed = unwritten(project.apps);
    if !changed.is_empty() {
        say(&format!(
            "  The models of {} have changes without a migration. Run `makemigrations`.",
            changed.join(", ")
        ))?;
    }
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

/// Reads the app and the migration of the command line.
fn target<'a>(args: &'a Args, all: &'a [Migration]) -> Result<Target<'a>> {
    let Some(app) = &args.app else {
        return Ok(Target::Everything);
    };
    if !all.iter().any(|migration| migration.app == app) {
        return Err(Error::command(format!(
            "there is no app {app} with migrations"
        )));
    }
    match args.target.as_deref() {
        None => Ok(Target::App(app)),
        Some("zero") => Ok(Target::Zero(app)),
        Some(name) => migrations::named(all, app, name).map(Target::Migration),
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
    apply_to(conn, project, DEFAULT_DATABASE)
}

/// Like [`apply`], for the connection to the database with this name, as the router of the project
/// allows.
pub fn apply_to(
    conn: &mut Conn,
    project: &Project,
    database: &str,
) -> Result<(Vec<Applied>, usize)> {
    apply_until(conn, project, database, Target::Everything)
}

fn apply_until(
    conn: &mut Conn,
    project: &Project,
    database: &str,
    target: Target<'_>,
) -> Result<(Vec<Applied>, usize)> {
    let all = project.migrations_on(database);
    let steps = migrations::steps(conn, &all, target)?;
    if migrations::needs_steps(conn, &steps.forwards) {
        let applied = migrations::apply_in_steps(conn, &steps.forwards)?;
        let rows = migrations::locked(conn, |conn| create_rows(conn, project, database))?;
        return Ok((applied, rows));
    }
    migrations::locked(conn, |conn| {
        // Another process may have migrated in the meantime.
        let steps = migrations::steps(conn, &all, target)?;
        let applied = migrations::apply(conn, &steps.forwards)?;
        Ok((applied, create_rows(conn, project, database)?))
    })
}

/// Creates the missing content types and permissions, where their tables are there.
fn create_rows(conn: &mut Conn, project: &Project, database: &str) -> Result<usize> {
    let recorded = migrations::recorded(conn)?;
    let has = |app: &str| recorded.iter().any(|(recorded, _)| recorded == app);
    let is_here = |app: &str| has(app) && project.router.allows(database, app);
    if !(is_here("contenttypes") && is_here("auth")) {
        return Ok(0);
    }
    let mut rows = 0;
    let known_to_django = |app: &&AppConfig| !is_own_app(app.label);
    for app in project.apps.iter().filter(known_to_django) {
        rows += content_types::create(conn, app)?;
        rows += permissions::create(conn, app)?;
    }
    if is_here(NUAGES.label) {
        rows += permissions::create_own(conn)?;
    }
    Ok(rows)
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
fn plan(args: &Args, conn: &mut Conn, steps: &Steps<'_>) -> Result<()> {
    if args.plan {
        say(&bold("Planned operations:"))?;
        if steps.is_empty() {
            say("  No planned migration operations.")?;
        }
        for migration in &steps.backwards {
            show_operations(conn, migration, true)?;
        }
        for migration in &steps.forwards {
            show_operations(conn, migration, false)?;
        }
        tell_losses(&migrations::losses(conn, steps)?)?;
    }
    if !args.check || steps.is_empty() {
        Ok(())
    } else if steps.backwards.is_empty() {
        Err(Error::command("there are migrations to apply"))
    } else {
        Err(Error::command("there are migrations to take back"))
    }
}

fn show_operations(conn: &Conn, migration: &Migration, backwards: bool) -> Result<()> {
    say(&bold(&migration.label()))?;
    for statement in migration.operations(conn, backwards) {
        say(&format!("    {}", shortened(&statement)))?;
    }
    Ok(())
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

/// Reverses migrations, after the user has confirmed the loss of data.
fn reverse(args: &Args, conn: &mut Conn, steps: &Steps<'_>) -> Result<()> {
    if args.fake {
        return fake(conn, steps);
    }
    agree(args, conn, steps)?;
    let reversed = migrations::locked(conn, |conn| {
        let steps = steps.remaining(conn)?;
        migrations::reverse(conn, &steps.backwards)
    })?;
    for Applied { app, name } in &reversed {
        say(&format!("  Unapplying {app}.{name}... {}", green("OK")))?;
    }
    Ok(())
}

/// Records steps without running them.
fn fake(conn: &mut Conn, steps: &Steps<'_>) -> Result<()> {
    migrations::locked(conn, |conn| {
        let steps = steps.remaining(conn)?;
        for migration in &steps.backwards {
            migrations::forget(conn, migration)?;
        }
        for migration in &steps.forwards {
            migrations::record(conn, migration)?;
        }
        Ok(())
    })?;
    for migration in &steps.backwards {
        say(&format!(
            "  Unapplying {}... {}",
            migration.label(),
            green("FAKED")
        ))?;
    }
    for migration in &steps.forwards {
        say(&format!(
            "  Applying {}... {}",
            migration.label(),
            green("FAKED")
        ))?;
    }
    Ok(())
}

/// Lists the data that steps delete, and asks whether to go on.
fn agree(args: &Args, conn: &mut Conn, steps: &Steps<'_>) -> Result<()> {
    let losses = migrations::losses(conn, steps)?;
    tell_losses(&losses)?;
    if losses.is_empty() || args.noinput {
        Ok(())
    } else {
        agree_to_losses()
    }
}

fn agree_to_losses() -> Result<()> {
    if !is_interactive() {
        return Err(Error::command(
            "nothing was changed: this deletes data, and without a terminal nobody can be asked. Use --no-input to \
             migrate without a question",
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
