//! `showmigrations`: lists each app's migrations, with a tick for those that were applied.

use clap::Args as ClapArgs;

use super::connect;
use crate::db::migrations;
use crate::error::Result;
use crate::project::Project;
use crate::settings::Settings;
use crate::terminal::{bold, say};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// List the migrations of all apps in the order in which they run.
    #[arg(long, short)]
    plan: bool,
}

pub(super) fn run(args: &Args, project: &Project, settings: &Settings) -> Result<()> {
    let mut conn = connect(settings)?;
    let all = project.migrations();
    let planned = migrations::plan(&mut conn, &all)?;
    if args.plan {
        for (migration, applied) in &planned {
            let mark = if *applied { "X" } else { " " };
            say(&format!("[{mark}]  {}", migration.label()))?;
        }
        return Ok(());
    }
    let mut labels: Vec<&str> = project.apps.iter().map(|app| app.label).collect();
    let unlisted = planned
        .iter()
        .map(|(migration, _)| migration.app)
        .filter(|label| !labels.contains(label));
    labels.extend(unlisted.collect::<std::collections::BTreeSet<_>>());
    for label in labels {
        say(&bold(label))?;
        for (migration, applied) in planned
            .iter()
            .filter(|(migration, _)| migration.app == label)
        {
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
