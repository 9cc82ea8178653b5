//! `startproject` and `startapp`: the site that they write compiles, passes its tests and serves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::support::{Database, Kind, Process, cargo, in_folder, nuages};

/// A new site with a second app, compiled once for all tests.
static SITE: LazyLock<Site> = LazyLock::new(Site::new);

struct Site {
    folder: TempDir,
    program: PathBuf,
}

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let done = started(folder.path(), &["startproject", "garden"]);
        assert!(done.status.success(), "{}", said(&done));
        let site = Self {
            program: target().join("debug/garden"),
            folder,
        };
        site.cargo("build");
        let done = site.run(&Database::empty(Kind::Sqlite), &["startapp", "beds"]);
        assert!(
            said(&done).contains("The app beds is part of the site"),
            "{}",
            said(&done)
        );
        fs::write(
            site.path("src/beds/models.rs"),
            "//! The models of the app.\n\n/// A bed.\n\
             #[nuages::model(app = \"beds\")]\npub struct Bed {\n    #[field(max_length = 100)]\n    pub name: String,\n}\n",
        )
        .unwrap();
        let app = site.path("src/beds/mod.rs");
        let text = fs::read_to_string(&app).unwrap();
        let text = text.replace("&[],", "&[models::Bed::meta],");
        fs::write(&app, text).unwrap();
        site.cargo("build");
        site
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join("garden").join(file)
    }

    /// Runs `cargo COMMAND` in the folder of the site; fails if it warns of anything.
    fn cargo(&self, command: &str) -> String {
        let done = cargo()
            .args([command, "--target-dir"])
            .arg(target())
            .current_dir(self.path("."))
            .output()
            .unwrap();
        let text = said(&done);
        assert!(
            done.status.success() && !text.contains("warning"),
            "cargo {command}: {text}"
        );
        text
    }

    /// Runs a command of the site, as `cargo run` does.
    fn run(&self, database: &Database, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        in_folder(&mut command, database.dir.path(), &database.url);
        command
            .env("CARGO_MANIFEST_DIR", self.path(""))
            .args(arguments)
            .output()
            .unwrap()
    }
}

/// Returns the target folder of this package, which contains the compiled dependencies.
fn target() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_nuages"));
    program.ancestors().nth(2).unwrap().to_path_buf()
}

fn started(folder: &Path, arguments: &[&str]) -> Output {
    nuages(folder, "sqlite:///unused.sqlite3")
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn a_new_site_serves_its_page_and_its_admin(kind: Kind) {
    let database = Database::empty(kind);
    let migrated = SITE.run(&database, &["migrate"]);
    assert!(migrated.status.success(), "{}", said(&migrated));
    let process = Process::start_program(&SITE.program, &database, &[]);
    let client = process.client();

    let page = client.get("/");
    assert!(
        page.shows(&["Notes · Garden", "There are no notes yet.", "/static/site."]),
        "{}",
        page.text()
    );
    for file in ["/static/logo.svg", "/static/colors.css"] {
        assert_eq!(client.get(file).status, 200, "{file}");
    }
    let login = client.get("/admin/login/");
    assert!(login.shows(&["Garden administration"]), "{}", login.text());
}

on_both!(a_new_site_serves_its_page_and_its_admin);

#[test]
fn a_new_site_passes_its_tests_and_has_its_migration() {
    assert!(SITE.cargo("test").contains("2 passed"));
    let written = SITE.run(
        &Database::empty(Kind::Sqlite),
        &["makemigrations", "notes", "--check"],
    );
    assert!(
        written.status.success() && said(&written).contains("No changes detected"),
        "the migration of the template must be the one that makemigrations writes: {}",
        said(&written)
    );
    let formatted = cargo()
        .args(["fmt", "--check"])
        .current_dir(SITE.path("."))
        .output()
        .unwrap();
    assert!(formatted.status.success(), "{}", said(&formatted));
}

#[test]
fn the_model_of_a_new_app_is_found_by_makemigrations() {
    let found = SITE.run(
        &Database::empty(Kind::Sqlite),
        &["makemigrations", "beds", "--dry-run"],
    );
    assert!(
        said(&found).contains("+ Create model Bed"),
        "{}",
        said(&found)
    );
}

#[test]
fn the_settings_of_a_new_site_hold_a_key_of_its_own() {
    let text = fs::read_to_string(SITE.path(".env")).unwrap();
    let key = text.split('\'').nth(1).unwrap();
    assert_eq!(key.len(), 50, "{text}");
    let ignored = fs::read_to_string(SITE.path(".gitignore")).unwrap();
    assert!(ignored.contains("\n.env\n"), "{ignored}");
}

#[test]
fn no_file_and_no_folder_is_replaced() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("garden")).unwrap();
    let done = started(folder.path(), &["startproject", "garden"]);
    assert!(
        !done.status.success() && said(&done).contains("'garden' already exists"),
        "{}",
        said(&done)
    );

    let readme = folder.path().join("garden/README.md");
    fs::write(&readme, "Mine.").unwrap();
    let done = started(folder.path(), &["startproject", "garden", "garden"]);
    assert!(
        !done.status.success() && said(&done).contains("README.md already exists"),
        "{}",
        said(&done)
    );
    let files = fs::read_dir(folder.path().join("garden")).unwrap().count();
    assert_eq!(files, 1, "nothing was written beside the file");

    for name in ["my-site", "struct", "nuages"] {
        let done = started(folder.path(), &["startproject", name]);
        assert!(
            !done.status.success() && said(&done).contains(&format!("'{name}' ")),
            "{}",
            said(&done)
        );
        assert!(!folder.path().join(name).exists());
    }
}

#[test]
fn an_app_of_the_site_is_not_made_twice() {
    for name in ["notes", "auth", "beds"] {
        let done = SITE.run(&Database::empty(Kind::Sqlite), &["startapp", name]);
        assert!(!done.status.success(), "{name}: {}", said(&done));
    }
}
