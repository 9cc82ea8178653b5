//! The Django project in `tests/django`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::dump::assert_same;
use crate::support::{Database, SECRET_KEY};

/// A Python that has what `tests/django/requirements.txt` names.
pub(super) struct Django {
    python: PathBuf,
}

static DJANGO: LazyLock<Option<Django>> = LazyLock::new(|| {
    let named = std::env::var_os("NUAGES_DJANGO_PYTHON").map(PathBuf::from);
    let python = named.clone().unwrap_or_else(|| root().join(".venv/bin/python"));
    let asked = Command::new(&python).args(["-c", "import django; print(django.__version__)"]).output();
    let version = asked.map(|done| String::from_utf8_lossy(&done.stdout).into_owned()).unwrap_or_default();
    // Who names a Python, or has one with another Django, does not want the tests to be skipped.
    assert!(named.is_none() || !version.is_empty(), "NUAGES_DJANGO_PYTHON={}: no Django there", python.display());
    assert!(version.is_empty() || version.starts_with("5.2."), "{}: not Django 5.2 but {version}", python.display());
    (!version.is_empty()).then_some(Django { python })
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Django {
    /// The project, or `None` where there is no Django; then says on the real standard error, which the test runner
    /// does not capture, that `test` is not run.
    pub(super) fn find(test: &str) -> Option<&'static Self> {
        if DJANGO.is_none() {
            let cure = "python3 -m venv .venv && .venv/bin/pip install -r tests/django/requirements.txt";
            let said = format!("SKIPPED {test}: there is no Django ({cure}, or NUAGES_DJANGO_PYTHON)\n");
            // At once, or lines of several threads get mixed.
            let _ = std::io::stderr().write_all(said.as_bytes());
        }
        DJANGO.as_ref()
    }

    /// Python, with nothing in its environment but what the site has.
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

    /// Runs `manage.py`, which must succeed; its standard output.
    pub(super) fn manage(&self, database: &Database, words: &[&str]) -> String {
        output(self.python(database).arg(root().join("tests/django/manage.py")).args(words))
    }

    /// Runs a script inside Django, so that what needs several commands starts it once; its standard output.
    pub(super) fn shell(&self, database: &Database, script: &str) -> String {
        self.manage(database, &["shell", "--verbosity=0", "--no-imports", "--command", script])
    }

    /// Claims that this Django has nothing to do on the database, nothing to complain about, and changes nothing.
    pub(super) fn is_content(&self, database: &Database) {
        let before = self.dump(database);
        let said = self.shell(database, include_str!("is_content.py"));
        assert!(said.contains("No migrations to apply."), "{said}");
        assert_same(&before, &self.dump(database));
    }
}

/// Runs a command, which must succeed; its standard output.
pub(super) fn output(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let (out, errors) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{}:\n{out}{errors}", command.get_program().display());
    out.into_owned()
}
