//! Writes files that are made from templates, and never replaces one.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A file to write: its template is in `templates/start`.
#[derive(Debug, Clone, Copy)]
pub(super) struct TemplateFile {
    /// The path of the template below `templates`: `start/app/mod.rs-tpl`.
    pub(super) template: &'static str,
    /// The text, in which `{{ name }}` is replaced.
    pub(super) text: &'static str,
}

/// Creates a [`TemplateFile`] from the path of its template.
macro_rules! template_file {
    ($path:literal) => {
        $crate::commands::start::files::TemplateFile {
            template: $path,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $path)),
        }
    };
}
pub(super) use template_file;

impl TemplateFile {
    /// Returns the path of the file that the template makes: `mod.rs`.
    fn path(&self) -> &'static str {
        let below = self.template.splitn(3, '/').last().unwrap_or_default();
        below.strip_suffix("-tpl").unwrap_or(below)
    }
}

/// A value for `{{ name }}` in templates.
pub(super) struct Replacement<'a> {
    pub(super) name: &'static str,
    pub(super) value: &'a str,
}

/// Writes `files` below `folder`. Writes nothing if one of the files exists.
pub(super) fn write(
    folder: &Path,
    files: &[TemplateFile],
    replacements: &[Replacement<'_>],
) -> Result<Vec<PathBuf>> {
    if let Some(present) = files
        .iter()
        .map(|file| folder.join(file.path()))
        .find(|path| path.symlink_metadata().is_ok())
    {
        return Err(Error::command(format!(
            "{} already exists, and no file is replaced. Nothing was written.",
            present.display()
        )));
    }

    let mut written = Vec::new();
    for file in files {
        let path = folder.join(file.path());
        create(&path, &filled(file.text, replacements))
            .map_err(|error| Error::command(format!("{}: {error}", path.display())))?;
        written.push(path);
    }
    Ok(written)
}

fn filled(text: &str, replacements: &[Replacement<'_>]) -> String {
    let mut filled = text.to_owned();
    for replacement in replacements {
        let marker = format!("{{{{ {} }}}}", replacement.name);
        filled = filled.replace(&marker, replacement.value);
    }
    filled
}

/// Creates a file that does not exist. Others cannot read `.env`, which holds a secret.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if path.file_name().is_some_and(|name| name == ".env") {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
