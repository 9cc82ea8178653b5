//! `check`: what is wrong with the settings, the database, the models and their admins, each with its remedy.

mod deploy;
mod generated;
mod pooler;

use clap::Args as ClapArgs;

use super::connect;
use super::terminal::{green, say};
use crate::auth::django_version;
use crate::db::migrations;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::settings::{DatabaseUrl, Settings};

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Also look for what is not fit for the public; a finding does not fail the command.
    #[arg(long)]
    deploy: bool,
}

/// Wrong settings were already refused when they were read; this looks at what they point to.
pub(super) fn run(args: &Args, project: &'static Project, settings: &Settings) -> Result<()> {
    if args.deploy {
        for (id, text) in deploy::findings(settings) {
            say(&format!("WARNING ({id}) {text}"))?;
        }
    }
    // The site makes the models known.
    let site = project.admin_site();
    let declared = crate::models::check(project.apps).into_iter().chain(site.check());
    let mut issues: Vec<String> = declared.map(|finding| format!("ERROR {finding}")).collect();
    let missing = matches!(&settings.database_url, DatabaseUrl::Sqlite(path) if !path.exists());
    if missing {
        issues.push(format!("DATABASE_URL: there is no file {}. Run `nuages migrate`.", settings.database_url));
    } else {
        let looked_at = connect(settings).and_then(|mut conn| {
            pooler::look(&mut conn, settings)?;
            let (version, source) = django_version::in_force(&mut conn, settings)?;
            say(&format!("Django version: {version} ({})", source.words()))?;
            let is_up_to_date = migrations::is_up_to_date(&mut conn, &project.migrations())?;
            // Of a database that lacks tables, nothing can be said about columns.
            let found = if is_up_to_date { generated::findings(&mut conn)? } else { Vec::new() };
            issues.extend(found.into_iter().map(|finding| format!("ERROR {finding}")));
            Ok(is_up_to_date)
        });
        match looked_at {
            Ok(true) => {}
            Ok(false) => issues.push("There are migrations to apply. Run `nuages migrate`.".to_owned()),
            Err(error) => issues.push(format!("DATABASE_URL: {error}")),
        }
    }
    if let Some(folder) = settings.file_upload_temp_dir.as_ref().filter(|folder| !folder.is_dir()) {
        issues.push(format!("FILE_UPLOAD_TEMP_DIR: {} is not a folder.", folder.display()));
    }
    if settings.media_root.exists() && !settings.media_root.is_dir() {
        issues.push(format!("MEDIA_ROOT: {} is no folder.", settings.media_root.display()));
    }
    if issues.is_empty() {
        return say(&green("System check identified no issues."));
    }
    for issue in &issues {
        say(issue)?;
    }
    Err(Error::command(format!(
        "System check identified {} issue{}.",
        issues.len(),
        if issues.len() == 1 { "" } else { "s" }
    )))
}
