//! `makemigrations`: writes the migrations that the declarations of models need.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use crate::db::migrations::Migration;
use crate::error::{Error, Result};
use crate::makemigrations::{
    NewMigration, ProjectState, Questioner, Vendor, conflicts, declared_state, last_migration,
    merge, write_state,
};
use crate::models::AppConfig;
use crate::project::Project;
use crate::settings::package_folder;
use crate::terminal::{bold, say};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The apps; without any, all apps of the package.
    apps: Vec<String>,
    /// The name of the migration, without its number.
    #[arg(long, short)]
    name: Option<String>,
    /// Write a migration without statements, for changes of data.
    #[arg(long, requires = "apps")]
    empty: bool,
    /// Give migrations of two branches that have the same number an order.
    #[arg(long)]
    merge: bool,
    /// Write nothing; exit with 1 if a migration is missing.
    #[arg(long)]
    check: bool,
    /// Write nothing, and show the statements.
    #[arg(long)]
    dry_run: bool,
    /// The new name of a field or a model: `blog.post.title=headline`.
    #[arg(long = "rename", value_name = "APP.MODEL.OLD=NEW")]
    renames: Vec<String>,
    /// A field or a model that is new, although it looks like a renamed one: `blog.post.headline`.
    #[arg(long = "not-renamed", value_name = "APP.MODEL.FIELD")]
    not_renamed: Vec<String>,
    /// The value of existing rows in a new column: `blog.post.status=draft`.
    #[arg(long = "default", value_name = "APP.MODEL.FIELD=VALUE")]
    defaults: Vec<String>,
    /// A model that no app lists any more, and whose table is dropped with all rows: `blog.Tag`.
    #[arg(long = "delete", value_name = "APP.MODEL")]
    deletes: Vec<String>,
    /// Ask nothing; fail if the command line does not answer a question.
    #[arg(long, visible_alias = "no-input")]
    noinput: bool,
    /// Record today's declarations as the state after the last migration, which was written by hand.
    #[arg(long, requires = "apps")]
    adopt: bool,
}

pub(super) fn run(args: &Args, project: &'static Project) -> Result<()> {
    for label in &args.apps {
        app_named(project, label)?;
    }
    super::check::before_writing(project)?;
    super::migration_folders::refuse_missing(project)?;
    if args.adopt {
        return adopt(args, project);
    }
    refuse_conflicts(args, project)?;
    let states = ProjectState::read(project.apps)?;
    let migrations = if args.merge {
        merged(args, project)?
    } else if args.empty {
        empty(args, &states)?
    } else {
        let questioner = Questioner {
            renames: args.renames.clone(),
            not_renamed: args.not_renamed.clone(),
            defaults: args.defaults.clone(),
            deletes: args.deletes.clone(),
            no_input: args.noinput || args.check,
            ..Questioner::default()
        };
        refuse_by_hand(args, &states)?;
        states.check_answers(project.apps, &questioner)?;
        let found = states.detect(project.apps, &args.apps, &questioner)?;
        questioner.refuse_unused()?;
        found
    };
    if !args.merge && !args.empty {
        name_apps_without_state(args, project, &states)?;
    }
    if migrations.is_empty() {
        return say(if args.merge {
            "No conflicts detected to merge."
        } else {
            "No changes detected"
        });
    }
    if !(args.check || args.dry_run) {
        refuse_outdated_program(project)?;
    }
    for migration in migrations {
        let folder = folder(app_named(project, &migration.app)?);
        show_or_write(args, migration, &folder)?;
    }
    if args.check {
        return Err(Error::command(
            "there are changes without a migration: run `makemigrations`",
        ));
    }
    Ok(())
}

/// Shows a migration, and writes it unless the command line forbids that.
fn show_or_write(args: &Args, mut migration: NewMigration, folder: &Path) -> Result<()> {
    if let Some(name) = &args.name {
        let number = migration.name.split('_').next().unwrap_or_default();
        migration.name = format!("{number}_{}", words(name)?);
    }
    say(&bold(&format!("Migrations for '{}':", migration.app)))?;
    say(&format!("  {}_{}", migration.app, migration.name))?;
    for description in migration.descriptions() {
        say(&format!("    {description}"))?;
    }
    if args.dry_run {
        for (vendor, database) in [(Vendor::Sqlite, "SQLite"), (Vendor::Postgres, "PostgreSQL")] {
            say(&bold(&format!("  {database}:")))?;
            for line in migration.script(vendor, false).lines() {
                say(&format!("    {line}"))?;
            }
        }
    }
    warn(&migration)?;
    if !(args.check || args.dry_run) {
        migration.write(folder)?;
    }
    Ok(())
}

/// Names the statements that stop a busy site, each with a safe way.
fn warn(migration: &NewMigration) -> Result<()> {
    let script = migration.script(Vendor::Postgres, false);
    for finding in crate::makemigrations::unsafe_steps(&script) {
        say(&format!("    ! {finding}"))?;
    }
    Ok(())
}

/// Returns the folder of an app's migrations.
fn folder(app: &AppConfig) -> PathBuf {
    let folder = last_migration(app).map_or("migrations", |migration| migration.folder);
    package_folder().join(folder)
}

/// Returns the name of a migration, if it can be a part of a file name.
fn words(name: &str) -> Result<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty() && name.chars().all(is_word) {
        Ok(name)
    } else {
        Err(Error::command(format!(
            "{name:?} is not a name for a migration: use letters, digits and _"
        )))
    }
}

fn app_named<'a>(project: &'a Project, label: &str) -> Result<&'a AppConfig> {
    project
        .apps
        .iter()
        .find(|app| app.label == label)
        .ok_or_else(|| Error::command(format!("no installed app with label '{label}'.")))
}

/// Refuses to write for an app whose state nobody recorded.
fn refuse_by_hand(args: &Args, states: &ProjectState) -> Result<()> {
    if let Some(label) = args.apps.iter().find(|label| states.is_by_hand(label)) {
        return Err(Error::command(format!(
            "the migrations of {label} were written by hand, so that the state after the last of them is not known. If \
             the declarations of today are that state, record it: makemigrations {label} --adopt"
        )));
    }
    Ok(())
}

/// Names the apps of the package whose state nobody recorded. Fails with `--check`.
fn name_apps_without_state(args: &Args, project: &Project, states: &ProjectState) -> Result<()> {
    let own = super::migration_folders::all(project);
    for app in project
        .apps
        .iter()
        .filter(|app| states.is_by_hand(app.label))
    {
        if !own.iter().any(|(_, label, _)| label == app.label) {
            continue;
        }
        let text = format!(
            "{label}: the last migration has no state, so that its models are not compared. Record it with `makemigrations \
             {label} --adopt`, and list the migrations with nuages::migrations!(\"{label}\")",
            label = app.label
        );
        if args.check {
            return Err(Error::command(text));
        }
        say(&text)?;
    }
    Ok(())
}

/// Refuses to write beside migrations that the program does not contain, because the new ones would
/// have their numbers.
fn refuse_outdated_program(project: &Project) -> Result<()> {
    let known = project.migrations();
    for (folder, app, name) in super::migration_folders::all(project) {
        if !known.iter().any(|one| one.app == app && one.name == name) {
            return Err(Error::command(format!(
                "nothing was written: the program does not contain the migration {app}.{name}, which is in {}. Compile \
                 it again, and list the migrations of the app with nuages::migrations!(\"{app}\")",
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Refuses to write behind two branches that are not joined.
fn refuse_conflicts(args: &Args, project: &Project) -> Result<()> {
    match conflicts(project.apps).into_iter().next() {
        Some(conflict) if !args.merge => Err(Error::command(conflict)),
        _ => Ok(()),
    }
}

/// Returns the migrations that join those of two branches.
fn merged(args: &Args, project: &Project) -> Result<Vec<NewMigration>> {
    let wanted =
        |app: &&AppConfig| args.apps.is_empty() || args.apps.iter().any(|label| label == app.label);
    let mut migrations = Vec::new();
    for app in project.apps.iter().filter(wanted) {
        migrations.extend(merge(app)?);
    }
    Ok(migrations)
}

fn empty(args: &Args, states: &ProjectState) -> Result<Vec<NewMigration>> {
    refuse_by_hand(args, states)?;
    Ok(args
        .apps
        .iter()
        .filter_map(|label| states.empty(label))
        .collect())
}

/// Records the declarations of today as the state of the last migration.
fn adopt(args: &Args, project: &Project) -> Result<()> {
    for label in &args.apps {
        let app = app_named(project, label)?;
        let last = last_migration(app).ok_or_else(|| {
            Error::command(format!(
                "{label} has no migration: run `makemigrations {label}`"
            ))
        })?;
        let folder = folder(app);
        refuse_foreign(&folder, last)?;
        let written = write_state(&folder, last, &declared_state(app))?;
        say(&format!("  {}", written.display()))?;
    }
    Ok(())
}

/// Refuses to record the state of an app that belongs to another package.
fn refuse_foreign(folder: &Path, migration: &Migration) -> Result<()> {
    let own: PathBuf = folder
        .join("sqlite")
        .join(format!("{}_{}", migration.app, migration.name));
    if own.is_dir() {
        Ok(())
    } else {
        Err(Error::command(format!(
            "the migrations of {} are not in {}: the app belongs to another package",
            migration.app,
            folder.display()
        )))
    }
}
