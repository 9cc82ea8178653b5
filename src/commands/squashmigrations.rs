//! `squashmigrations`: writes one migration for several.

use clap::Args as ClapArgs;

use crate::db::migrations::{self, Migration};
use crate::error::{Error, Result};
use crate::makemigrations::{AppState, Squashed, number};
use crate::project::Project;
use crate::settings::package_folder;
use crate::terminal::say;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The app.
    app: String,
    /// The last migration to be squashed, such as `0004`.
    migration: String,
    /// The first migration to be squashed; without it, the first of the app.
    #[arg(long)]
    start: Option<String>,
    /// The name of the new migration, without its number.
    #[arg(long)]
    squashed_name: Option<String>,
}

pub(super) fn run(args: &Args, project: &Project) -> Result<()> {
    let all = project.migrations();
    let last = migrations::named(&all, &args.app, &args.migration)?;
    let start = args
        .start
        .as_ref()
        .map(|name| migrations::named(&all, &args.app, name))
        .transpose()?;
    let from = start.map_or(0, |first| number(first.name));
    let squashed: Vec<&Migration> = all
        .iter()
        .filter(|one| one.app == args.app && (from..=number(last.name)).contains(&number(one.name)))
        .collect();
    if let Some(code) = squashed.iter().find(|one| one.code.is_some()) {
        return Err(Error::command(format!(
            "{} changes data with Rust, which cannot be squashed. Squash the migrations before and after it.",
            code.label()
        )));
    }

    let state = last
        .state
        .map(AppState::from_json)
        .transpose()
        .map_err(|error| Error::command(format!("{}: {error}", last.label())))?
        .ok_or_else(|| {
            Error::command(format!(
                "{} has no state: run `makemigrations {} --adopt` first",
                last.label(),
                args.app
            ))
        })?;
    let suffix = args.squashed_name.clone().unwrap_or_else(|| {
        let first = squashed.first().map_or(0, |one| number(one.name));
        format!("squashed_{first:04}_to_{:04}", number(last.name))
    });
    let squashed = Squashed {
        app: &args.app,
        name: format!("{:04}_{suffix}", number(last.name)),
        migrations: &squashed,
        state,
    };
    let written = squashed.write(&package_folder().join(last.folder))?;
    say(&format!(
        "Created new squashed migration {}",
        written.display()
    ))?;
    say(
        "Databases that have all or none of the squashed migrations use the new one. When every database has them, \
         delete the old folders.",
    )
}
