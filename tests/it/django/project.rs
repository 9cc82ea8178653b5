//! The Django project in `tests/django`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use nuages::settings::DjangoVersion;

use super::dump::assert_same;
use crate::support::{Database, SECRET_KEY};

/// A Python with the requirements of `tests/django` for this version.
pub(super) struct Django {
    python: PathBuf,
    /// The version of Django.
    pub(super) version: DjangoVersion,
}

static DJANGO_5_2: LazyLock<Option<Django>> =
    LazyLock::new(|| installed(DjangoVersion::V5_2, "NUAGES_DJANGO_PYTHON", ".venv"));
static DJANGO_6_1: LazyLock<Option<Django>> = LazyLock::new(|| {
    installed(
        DjangoVersion::V6_1,
        "NUAGES_DJANGO61_PYTHON",
        ".venv-django61",
    )
});

/// Returns the Django of the Python that `variable` names, else of the virtual environment. If that
/// Python was named explicitly, or has another Django version, the tests fail instead of being
/// skipped.
fn installed(version: DjangoVersion, variable: &str, environment: &str) -> Option<Django> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let python = named
        .clone()
        .unwrap_or_else(|| root().join(environment).join("bin/python"));
    let asked = Command::new(&python)
        .args(["-c", "import django; print(django.__version__)"])
        .output();
    let found = asked
        .map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned())
        .unwrap_or_default();
    assert!(
        named.is_none() || !found.is_empty(),
        "{variable}={}: no Django there",
        python.display()
    );
    let is_right = found.parse() == Ok(version);
    assert!(
        found.is_empty() || is_right,
        "{} has Django {found}, not {version}",
        python.display()
    );
    is_right.then_some(Django { python, version })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Django {
    /// Returns the project, or `None` if this Django is not installed; then reports on the real
    /// standard error, which the test runner does not capture, that `test` is skipped.
    pub(super) fn find(version: DjangoVersion, test: &str) -> Option<&'static Self> {
        let django = match version {
            DjangoVersion::V6_1 => DJANGO_6_1.as_ref(),
            _ => DJANGO_5_2.as_ref(),
        };
        if django.is_none() {
            let said =
                format!("SKIPPED {test}: there is no Django {version} (run scripts/setup)\n");
            // Write all at once, so that lines of several threads are not mixed.
            let _ = std::io::stderr().write_all(said.as_bytes());
        }
        django
    }

    /// Returns a command for Python with only the site's variables in its environment.
    pub(super) fn python(&self, database: &Database) -> Command {
        let mut command = Command::new(&self.python);
        command
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
            .env("DATABASE_URL", &database.url)
            .env("SECRET_KEY", SECRET_KEY)
            .env("PYTHONUTF8", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .current_dir(database.dir.path());
        command
    }

    /// Runs `manage.py`, which must succeed; returns its standard output.
    pub(super) fn manage(&self, database: &Database, words: &[&str]) -> String {
        output(&mut self.manage_command(database, words))
    }

    /// Returns a command for `manage.py` with these arguments.
    pub(super) fn manage_command(&self, database: &Database, words: &[&str]) -> Command {
        let mut command = self.python(database);
        command
            .arg(root().join("tests/django/manage.py"))
            .args(words);
        command
    }

    /// Runs a script inside Django, so that several commands need only one start; returns its
    /// standard output.
    pub(super) fn shell(&self, database: &Database, script: &str) -> String {
        self.manage(
            database,
            &[
                "shell",
                "--verbosity=0",
                "--no-imports",
                "--command",
                script,
            ],
        )
    }

    /// Asserts that Django has no migrations and no complaints for the database, and changes
    /// nothing.
    pub(super) fn is_content(&self, database: &Database) {
        let before = self.dump(database);
        let said = self.shell(database, include_str!("is_content.py"));
        assert!(said.contains("No migrations to apply."), "{said}");
        assert_same(&before, &self.dump(database));
    }
}

/// Runs a command, which must succeed; returns its standard output.
pub(super) fn output(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(
        done.status.success(),
        "{}:\n{out}{errors}",
        command.get_program().display()
    );
    out.into_owned()
}
