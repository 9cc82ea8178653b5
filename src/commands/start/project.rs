//! `startproject NAME [FOLDER]`.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::files::{self, Replacement, TemplateFile, template_file};
use super::names::{Named, title, validate};
use crate::error::{Error, Result};
use crate::settings::random_key;
use crate::terminal::{bold, dim, say};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The name of the project, which is also the name of its program.
    name: String,
    /// The folder to write to; without it, a new folder with the name of the project.
    folder: Option<PathBuf>,
    /// The folder of the source code of Nuages; without it, the one that this program was compiled
    /// from.
    #[arg(long, value_name = "PATH")]
    nuages: Option<PathBuf>,
}

/// The files of a new site.
const FILES: &[TemplateFile] = &[
    template_file!("start/project/.cargo/config.toml-tpl"),
    template_file!("start/project/.env-tpl"),
    template_file!("start/project/.env.sample-tpl"),
    template_file!("start/project/.gitignore-tpl"),
    template_file!("start/project/Cargo.toml-tpl"),
    template_file!("start/project/README.md-tpl"),
    template_file!("start/project/build.rs-tpl"),
    template_file!("start/project/migrations/postgres/notes_0001_initial/down.sql-tpl"),
    template_file!("start/project/migrations/postgres/notes_0001_initial/up.sql-tpl"),
    template_file!("start/project/migrations/sqlite/notes_0001_initial/down.sql-tpl"),
    template_file!("start/project/migrations/sqlite/notes_0001_initial/up.sql-tpl"),
    template_file!("start/project/migrations/state/notes.latest-tpl"),
    template_file!("start/project/migrations/state/notes_0001_initial.json-tpl"),
    template_file!("start/project/src/main.rs-tpl"),
    template_file!("start/project/src/notes/admin.rs-tpl"),
    template_file!("start/project/src/notes/mod.rs-tpl"),
    template_file!("start/project/src/notes/models.rs-tpl"),
    template_file!("start/project/src/notes/urls.rs-tpl"),
    template_file!("start/project/src/notes/views.rs-tpl"),
    template_file!("start/project/src/tests.rs-tpl"),
    template_file!("start/project/static/colors.css-tpl"),
    template_file!("start/project/static/logo.svg-tpl"),
    template_file!("start/project/static/site.css-tpl"),
    template_file!("start/project/templates/notes/note_list.html-tpl"),
];

/// The versions of the crates that a site uses beside Nuages: those of Nuages itself.
const ASKAMA: &str = "0.16";
const DIESEL: &str = "2.3.14";

pub(crate) fn run(args: &Args) -> Result<()> {
    validate(&args.name, Named::Project)?;
    let folder = match &args.folder {
        Some(folder) => folder.clone(),
        None => new_folder(&args.name)?,
    };
    let source = source(args.nuages.as_deref())?;
    let key = random_key();
    let title = title(&args.name);
    let [nuages, nuages_build, nuages_test] = ["", "crates/nuages-build", "crates/nuages-test"]
        .map(|part| dependency(source.as_deref(), part));
    let values = [
        ("project_name", &*args.name),
        ("project_title", &title),
        ("askama_version", ASKAMA),
        ("diesel_version", DIESEL),
        ("nuages", &nuages),
        ("nuages_build", &nuages_build),
        ("nuages_test", &nuages_test),
        ("secret_key", &key),
    ];

    files::write(
        &folder,
        FILES,
        &values.map(|(name, value)| Replacement { name, value }),
    )?;
    // The site begins with the versions that Nuages was tested with.
    if let Some(lock) = source.map(|source| source.join("Cargo.lock"))
        && lock.is_file()
        && !folder.join("Cargo.lock").exists()
    {
        std::fs::copy(lock, folder.join("Cargo.lock"))?;
    }

    say(&format!("{} is in {}.", bold(&title), folder.display()))?;
    say(&format!("  cd {}", folder.display()))?;
    say(&format!(
        "  cargo run     {}",
        dim("serves http://127.0.0.1:8000/")
    ))?;
    say(&format!("  cargo test    {}", dim("runs the tests")))
}

/// Returns the folder with the name of the project. Fails if it exists, as Django does.
fn new_folder(name: &str) -> Result<PathBuf> {
    let folder = PathBuf::from(name);
    if folder.symlink_metadata().is_ok() {
        return Err(Error::command(format!("'{name}' already exists")));
    }
    Ok(folder)
}

/// Returns the folder of the source code of Nuages: the given one, else the one that this program was
/// compiled from. `None` if that is a published package, or does not exist any more.
fn source(given: Option<&Path>) -> Result<Option<PathBuf>> {
    if let Some(given) = given {
        let folder = given.canonicalize().ok().filter(|folder| is_source(folder));
        return folder.map(Some).ok_or_else(|| {
            Error::command(format!(
                "{} is not the source code of Nuages: it has no crates/nuages-build",
                given.display()
            ))
        });
    }
    let compiled_from = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(Some(compiled_from).filter(|folder| is_source(folder)))
}

fn is_source(folder: &Path) -> bool {
    folder.join("crates/nuages-build/Cargo.toml").is_file()
}

/// Returns the value of a dependency in `Cargo.toml`.
fn dependency(source: Option<&Path>, part: &str) -> String {
    match source {
        Some(folder) => {
            let path = folder.join(part).display().to_string();
            format!("{{ path = {} }}", toml_string(path.trim_end_matches('/')))
        }
        None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    }
}

fn toml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{ASKAMA, DIESEL, dependency, toml_string};

    #[test]
    fn a_site_has_the_dependencies_of_nuages() {
        let own = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        assert!(own.contains(&format!("\naskama = \"{ASKAMA}\"")), "askama");
        assert!(
            own.contains(&format!("\ndiesel = {{ version = \"{DIESEL}\"")),
            "diesel"
        );
        assert_eq!(
            dependency(None, ""),
            concat!('"', env!("CARGO_PKG_VERSION"), '"')
        );
        assert_eq!(toml_string(r"C:\nuages"), r#""C:\\nuages""#);
    }

    #[test]
    fn a_site_has_the_profiles_and_flags_of_nuages() {
        let own = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
        let template = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/templates/start/project/Cargo.toml-tpl"
        ));
        let optimized: Vec<&str> = own
            .lines()
            .filter_map(|line| {
                line.strip_prefix("[profile.dev.package.")?
                    .strip_suffix(']')
            })
            .collect();
        assert!(optimized.len() > 10, "found {optimized:?}");
        for package in optimized {
            assert!(
                template.contains(&format!("\n{package}.opt-level = 3\n")),
                "{package} is not optimised in a new site"
            );
        }

        let flags = |text: &str| {
            text.lines()
                .find(|line| line.starts_with("LIBSQLITE3_FLAGS"))
                .map(str::to_owned)
        };
        let own = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/.cargo/config.toml"));
        let template = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/templates/start/project/.cargo/config.toml-tpl"
        ));
        assert!(flags(own).is_some(), "the library has flags");
        assert_eq!(flags(own), flags(template), "the flags of SQLite");
    }
}
