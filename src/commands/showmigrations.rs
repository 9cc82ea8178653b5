//! `showmigrations`: lists each app's migrations, with a tick for those that were applied.

use std::collections::BTreeSet;

use clap::Args as ClapArgs;

use super::{connect, using};
use crate::db::migrations::{self, Migration};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::settings::Settings;
use crate::terminal::{bold, say};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The apps to list; without any, all apps.
    #[arg(value_name = "APP_LABEL")]
    app_labels: Vec<String>,
    /// List the migrations in the order in which they run: those of the apps, and the migrations that
    /// they need.
    #[arg(long, short)]
    plan: bool,
    /// The database: `reports` is that of `DATABASE_URL_REPORTS`.
    #[arg(long, default_value = crate::db::DEFAULT_DATABASE)]
    database: String,
}

pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    let mut conn = connect(&using(settings, &args.database)?)?;
    let all = project.migrations();
    let planned = migrations::plan(&mut conn, &all)?;
    super::migration_folders::refuse_left_over(project, "the list is not complete")?;
    let labels = labels(&args.app_labels, project, &planned)?;
    if !args.plan {
        return list(&labels, &planned);
    }

    let ordered: Vec<&Migration> = planned.iter().map(|(migration, _)| *migration).collect();
    let listed = migrations::needed_by(&ordered, &labels);
    for (migration, applied) in planned {
        if listed.iter().any(|one| one.label() == migration.label()) {
            let mark = if applied { "X" } else { " " };
            say(&format!("[{mark}]  {}", migration.label()))?;
        }
    }
    Ok(())
}

/// Returns the labels of the apps to list. Fails for an app that is not installed.
fn labels(
    wanted: &[String],
    project: &Project,
    planned: &[(&Migration, bool)],
) -> Result<Vec<String>> {
    let mut installed: Vec<String> = project
        .apps
        .iter()
        .map(|app| app.label.to_owned())
        .collect();
    let unlisted: BTreeSet<String> = planned
        .iter()
        .map(|(migration, _)| migration.app.to_owned())
        .filter(|label| !installed.contains(label))
        .collect();
    installed.extend(unlisted);

    if let Some(unknown) = wanted.iter().find(|label| !installed.contains(label)) {
        return Err(Error::command(format!(
            "No installed app with label '{unknown}'."
        )));
    }
    Ok(if wanted.is_empty() {
        installed
    } else {
        wanted.to_vec()
    })
}

fn list(labels: &[String], planned: &[(&Migration, bool)]) -> Result<()> {
    for label in labels {
        say(&bold(label))?;
        let of_app: Vec<_> = planned
            .iter()
            .filter(|(migration, _)| migration.app == label)
            .collect();
        if of_app.is_empty() {
            say(" (no migrations)")?;
        }
        for (migration, applied) in of_app {
            let mark = if *applied { "X" } else { " " };
            let also = match migration.stands_for.len() {
                1 => String::new(),
                count => format!(" ({count} of Django's in one)"),
            };
            say(&format!(" [{mark}] {}{also}", migration.name))?;
        }
    }
    Ok(())
}
