//! `check`: reports errors in the settings, the database, the models and their admins, each with a
//! remedy.

mod compiled;
mod deploy;
mod django_settings;
mod generated;
mod list_indexes;
mod pooler;
mod urls;

use clap::Args as ClapArgs;

use super::{connect, using};
use crate::auth::{self, django_version};
use crate::db::{DEFAULT_DATABASE, migrations};
use crate::error::{Error, Result};
use crate::makemigrations::{conflicts, drift, unwritten};
use crate::models::{AppConfig, Finding};
use crate::project::Project;
use crate::settings::{DatabaseUrl, Env, Settings, program};
use crate::terminal::{green, say};
use crate::words::counted;

#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Also check for settings that are not fit for the public. Such a finding does not fail the
    /// command.
    #[arg(long)]
    deploy: bool,
    /// Also compare every declared table with the database: columns, types, NULL, keys and indexes.
    /// Also name the options of long lists in the admin that no index supports.
    /// `reports` is the database of `DATABASE_URL_REPORTS`.
    #[arg(long, num_args = 0..=1, value_name = "NAME", default_missing_value = DEFAULT_DATABASE)]
    database: Option<String>,
}

/// Runs the checks. Invalid settings were already refused when they were read; this checks the
/// files and the database that they refer to.
pub(super) fn run(args: &Args, project: &'static Project, settings: &Settings) -> Result<()> {
    if args.deploy {
        for (id, text) in deploy::findings(settings) {
            say(&format!("WARNING ({id}) {text}"))?;
        }
    }
    let env = Env::load().map_err(|error| Error::command(error.to_string()))?;
    for warning in django_settings::warnings(&env) {
        say(&warning)?;
    }
    if let Some(warning) = compiled::slow_hashing() {
        say(&warning)?;
    }
    let mut issues = declared(project, settings);
    issues.extend(unnamed_folders(project));
    issues.extend(unwritten(project.apps).into_iter().map(|app| {
        format!("{app}: the models have changes without a migration. Run `makemigrations`.")
    }));
    issues.extend(conflicts(project.apps));
    let name = args.database.as_deref().unwrap_or(DEFAULT_DATABASE);
    let settings = &using(settings, name)?;
    let missing = matches!(&settings.database_url, DatabaseUrl::Sqlite(path) if !path.exists());
    if missing {
        issues.push(format!(
            "DATABASE_URL: there is no file {}. Run `{} migrate`.",
            settings.database_url,
            program()
        ));
    } else {
        let looked_at = connect(settings).and_then(|mut conn| {
            pooler::look(&mut conn, settings)?;
            if let Some(warning) = compiled::missing_options(&mut conn)? {
                say(&warning)?;
            }
            if conn.is_read_only()? {
                say(&format!(
                    "WARNING DATABASE_URL: {} can only be read.",
                    settings.database_url
                ))?;
            }
            if project.router.allows(name, auth::APP.label) {
                let (version, source) = django_version::in_force(&mut conn, settings)?;
                say(&format!("Django version: {version} ({})", source.words()))?;
            }
            let is_up_to_date = migrations::is_up_to_date(&mut conn, &project.migrations())?;
            // Columns of missing tables cannot be checked.
            let found = if is_up_to_date {
                generated::findings(&mut conn, |app| project.router.allows(name, app))?
            } else {
                Vec::new()
            };
            issues.extend(found.into_iter().map(|finding| format!("ERROR {finding}")));
            if args.database.is_some() {
                let apps = project.apps.iter();
                let here: Vec<AppConfig> = apps
                    .filter(|app| project.router.allows(name, app.label))
                    .copied()
                    .collect();
                issues.extend(drift(&mut conn, &here)?);
                let many = settings.lists.count_limit;
                for warning in list_indexes::warnings(&mut conn, project.admin_site(), many)? {
                    say(&warning)?;
                }
            }
            Ok(is_up_to_date)
        });
        match looked_at {
            Ok(true) => {}
            Ok(false) => {
                issues.push(format!(
                    "There are migrations to apply. Run `{} migrate`.",
                    program()
                ));
            }
            Err(error) => issues.push(format!("DATABASE_URL: {error}")),
        }
    }
    issues.extend(media(settings));
    if issues.is_empty() {
        return say(&green("System check identified no issues."));
    }
    refuse(&issues)
}

/// Runs the checks that Django's `runserver` runs before it serves: stops for errors in models and
/// their admins, and prints warnings. `runserver` checks the database itself.
pub(super) fn before_serving(project: &'static Project, settings: &Settings) -> Result<()> {
    let mut errors = declared(project, settings);
    errors.extend(unnamed_folders(project));
    if !errors.is_empty() {
        return refuse(&errors);
    }
    if let Some(warning) = compiled::slow_hashing() {
        say(&warning)?;
    }
    let warnings = media(settings);
    for warning in &warnings {
        say(&format!("WARNING {warning}"))?;
    }
    if warnings.is_empty() {
        say(&green("System check identified no issues."))
    } else {
        Ok(())
    }
}

/// Stops for errors in models and their admins, as Django's `makemigrations` does.
pub(super) fn before_writing(project: &'static Project) -> Result<()> {
    let site = project.admin_site();
    let findings = crate::models::check(project.apps)
        .into_iter()
        .chain(site.check());
    let errors: Vec<String> = findings.map(|finding| format!("ERROR {finding}")).collect();
    stop(&errors, "nothing was written")
}

/// Stops for errors in models, their admins and the URLs, as Django's `migrate` does.
pub(super) fn before_migrating(project: &'static Project, settings: &Settings) -> Result<()> {
    stop(&declared(project, settings), "nothing was changed")
}

/// Prints the errors, if there are any, and returns an error that begins with `effect`.
fn stop(errors: &[String], effect: &str) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    for error in errors {
        say(error)?;
    }
    Err(Error::command(format!(
        "{effect}: System check identified {}.",
        counted(errors.len(), "issue", "issues")
    )))
}

/// Returns the errors in models, their admins and the URLs.
fn declared(project: &'static Project, settings: &Settings) -> Vec<String> {
    // Creating the admin site registers the models.
    let site = project.admin_site();
    let findings = crate::models::check(project.apps)
        .into_iter()
        .chain(postgres_only(project, settings))
        .chain(site.check())
        .chain(urls::findings(&project.all_urls(settings)));
    findings.map(|finding| format!("ERROR {finding}")).collect()
}

/// Returns an error for each field that only PostgreSQL has, if the database is SQLite.
fn postgres_only(project: &'static Project, settings: &Settings) -> Vec<Finding> {
    let DatabaseUrl::Sqlite(_) = &settings.database_url else {
        return Vec::new();
    };
    let models = project.apps.iter().flat_map(|app| app.models);
    models
        .flat_map(|model| crate::models::check_sqlite(model()))
        .collect()
}

/// Returns an error for each folder of a migration that the program does not contain.
fn unnamed_folders(project: &Project) -> Vec<String> {
    let known = project.migrations();
    super::migration_folders::all(project)
        .into_iter()
        .filter(|(_, app, name)| !known.iter().any(|one| one.app == app && one.name == *name))
        .map(|(folder, app, name)| {
            let (place, list) = if app.is_empty() {
                (name, "its app".to_owned())
            } else {
                (format!("{app}_{name}"), format!("the app {app}"))
            };
            format!(
                "ERROR (nuages.E110) {}: no installed app has the migration {place}. List it in the migrations of {list}, \
                 with nuages::migrations!, or delete the folder.",
                folder.display()
            )
        })
        .collect()
}

/// Returns an error for each upload folder that is not a folder.
fn media(settings: &Settings) -> Vec<String> {
    let temporary = settings
        .file_upload_temp_dir
        .as_ref()
        .filter(|folder| !folder.is_dir());
    let root = Some(&settings.media_root).filter(|root| root.exists() && !root.is_dir());
    let named = [("FILE_UPLOAD_TEMP_DIR", temporary), ("MEDIA_ROOT", root)];
    let wrong = named
        .into_iter()
        .filter_map(|(name, folder)| Some((name, folder?)));
    wrong
        .map(|(name, folder)| format!("{name}: {} is not a folder.", folder.display()))
        .collect()
}

/// Prints `issues` and returns an error.
fn refuse(issues: &[String]) -> Result<()> {
    for issue in issues {
        say(issue)?;
    }
    Err(Error::command(format!(
        "System check identified {}.",
        counted(issues.len(), "issue", "issues")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::AdminSite;
    use crate::auth::Group;
    use crate::models::{AppConfig, content_types};
    use crate::settings::Env;
    use crate::{admin, auth, sessions};

    static APPS: [AppConfig; 4] = [admin::APP, auth::APP, content_types::APP, sessions::APP];

    fn settings(media: &str) -> Settings {
        Settings::read(&Env::from_pairs(&[
            ("SECRET_KEY", "x"),
            ("MEDIA_ROOT", media),
        ]))
        .unwrap()
    }

    fn project(register: fn(AdminSite) -> AdminSite) -> &'static Project {
        Box::leak(Box::new(Project::new(
            "Site",
            &APPS,
            |_| crate::urls::batteries(),
            register,
        )))
    }

    #[test]
    fn runserver_stops_at_an_error_and_not_at_a_warning() {
        let wrong = project(|site| site.register::<Group>(|it| it.list_per_page(0)));
        let error = before_serving(wrong, &settings("media"))
            .expect_err("an error in an admin must stop the server");
        // Another test of this process may have installed other apps, without these models.
        assert!(
            error.to_string().starts_with("System check identified "),
            "the issues are counted: {error}"
        );
        let found = declared(wrong, &settings("media"));
        assert!(
            found.iter().any(|issue| issue.contains("list_per_page")),
            "the issue must be named: {found:?}"
        );

        let file = tempfile::NamedTempFile::new().unwrap();
        let settings = settings(file.path().to_str().unwrap());
        assert_eq!(
            media(&settings).len(),
            1,
            "a file is not a folder for uploads"
        );
        let right = project(crate::accounts::admin::register);
        let served = before_serving(right, &settings);
        // The migrations of the shop are in the folder of this package, and not in this project.
        let has_errors =
            !declared(right, &settings).is_empty() || !unnamed_folders(right).is_empty();
        assert_eq!(
            served.is_err(),
            has_errors,
            "a warning must not stop the server: {served:?}"
        );
    }
}
