//! `startapp NAME`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use clap::Args as ClapArgs;

use super::files::{self, Replacement, TemplateFile, template_file};
use super::names::{Named, title, validate};
use crate::error::{Error, Result};
use crate::project::Project;
use crate::settings::package_folder;
use crate::terminal::{bold, say};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The name of the app, which is also its label.
    name: String,
}

/// The files of a new app.
const FILES: &[TemplateFile] = &[
    template_file!("start/app/admin.rs-tpl"),
    template_file!("start/app/mod.rs-tpl"),
    template_file!("start/app/models.rs-tpl"),
    template_file!("start/app/urls.rs-tpl"),
    template_file!("start/app/views.rs-tpl"),
];

pub(crate) fn run(args: &Args, project: &Project) -> Result<()> {
    let name = &args.name;
    validate(name, Named::App)?;
    if project.apps.iter().any(|app| app.label == name) {
        return Err(Error::command(format!(
            "the site has an app with the label '{name}' already. Please try another name."
        )));
    }
    let package = package_folder();
    let source = package.join("src");
    if !source.is_dir() {
        return Err(Error::command(format!(
            "{} is not the folder of a package: it has no src",
            package.display()
        )));
    }
    let folder = source.join(name);
    if folder.symlink_metadata().is_ok() || source.join(format!("{name}.rs")).exists() {
        return Err(Error::command(format!(
            "'{}' already exists",
            folder.display()
        )));
    }

    let values = [("app_name", &**name), ("app_title", &title(name))];
    let values = values.map(|(name, value)| Replacement { name, value });
    for path in files::write(&folder, FILES, &values)? {
        say(&format!("  {}", path.display()))?;
    }

    let main = source.join("main.rs");
    let text = std::fs::read_to_string(&main).unwrap_or_default();
    if let Some(text) = with_app(&text, name) {
        std::fs::write(&main, formatted(text))?;
        return say(&format!(
            "The app {} is part of the site ({}).",
            bold(name),
            main.display()
        ));
    }
    say(&format!("Add these lines to {}:", main.display()))?;
    for line in [
        format!("mod {name};"),
        format!("{name}::APP,    (to the apps)"),
        format!(".include({name}::urls())    (to the URLs)"),
        format!(".include({name}::admin::register)    (to the admin)"),
    ] {
        say(&format!("  {line}"))?;
    }
    Ok(())
}

/// Returns the text of `main.rs` with a new app. `None` if the file differs from the one that
/// `startproject` writes, so that the places are not certain.
fn with_app(text: &str, name: &str) -> Option<String> {
    let text = inserted(text, "\nmod ", 1, &format!("mod {name};\n"))?;
    let apps = "\nconst APPS: &[AppConfig] = &nuages::apps![";
    let text = appended(&text, apps, "];\n", &format!(", {name}::APP"))?;
    let urls = "\nfn urls() -> Urls {\n";
    let text = appended(
        &text,
        urls,
        "\n}\n",
        &format!("\n        .include({name}::urls())"),
    )?;
    let admin = "\nfn register(site: AdminSite) -> AdminSite {\n";
    appended(
        &text,
        admin,
        "\n}\n",
        &format!("\n        .include({name}::admin::register)"),
    )
}

/// Returns the text as rustfmt formats it; unchanged if rustfmt is not installed.
fn formatted(text: String) -> String {
    let run = || {
        let mut rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        if let Some(mut input) = rustfmt.stdin.take() {
            input.write_all(text.as_bytes())?;
        }
        rustfmt.wait_with_output()
    };
    match run() {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap_or(text),
        _ => text,
    }
}

/// Inserts `more` before the first `end` after the only `start`.
fn appended(text: &str, start: &str, end: &str, more: &str) -> Option<String> {
    let start = only(text, start)? + start.len();
    let at = start + text[start..].find(end)?;
    let before = text[..at].trim_end_matches([',', ' ']);
    Some(format!("{before}{more}{}", &text[at..]))
}

/// Returns the position of `part`, if `text` has it once.
fn only(text: &str, part: &str) -> Option<usize> {
    let mut places = text.match_indices(part).map(|(at, _)| at);
    places.next().filter(|_| places.next().is_none())
}

/// Inserts `line` `skip` bytes after the beginning of the first `anchor`.
fn inserted(text: &str, anchor: &str, skip: usize, line: &str) -> Option<String> {
    let at = text.find(anchor)? + skip;
    Some(format!("{}{line}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::with_app;

    const MAIN: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/templates/start/project/src/main.rs-tpl"
    ));

    #[test]
    fn an_app_is_added_to_the_file_that_startproject_writes() {
        let text = with_app(MAIN, "tickets").expect("the places are known");
        for line in [
            "\nmod tickets;\n",
            "&nuages::apps![notes::APP, tickets::APP];\n",
            "include(notes::urls())\n        .include(tickets::urls())\n}\n",
            "include(notes::admin::register)\n        .include(tickets::admin::register)\n}\n",
        ] {
            assert!(text.contains(line), "{line} is not in: {text}");
        }
        let twice = with_app(&text, "shop").expect("a second app is added as well");
        assert!(
            twice.contains("&nuages::apps![notes::APP, tickets::APP, shop::APP];\n"),
            "{twice}"
        );
    }

    #[test]
    fn a_file_with_other_places_is_left_as_it_is() {
        let own = MAIN.replace("const APPS: &[AppConfig] =", "const APPS: [AppConfig; 5] =");
        assert_eq!(with_app(&own, "tickets"), None);
        let two = [MAIN, "\nfn urls() -> Urls {\n}\n"].concat();
        assert_eq!(with_app(&two, "tickets"), None, "two places to choose from");
    }
}
