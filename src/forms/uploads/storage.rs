//! Files on disk: stored before their row is, and removed if that fails.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use chrono::format::{Item, StrftimeItems};
use chrono::{NaiveDateTime, Utc};

use super::name;
use crate::error::{Error, Result};
use crate::http::UploadedFile;
use crate::settings::Settings;

/// A file that was sent and found right, not stored yet.
#[derive(Debug, Clone)]
pub struct Upload {
    pub(super) file: UploadedFile,
    /// Its name, made harmless.
    pub(super) name: String,
    /// Django's `upload_to`: `products/`, `papers/%Y/%m/`.
    pub(super) folder: &'static str,
    /// The most characters of its path.
    pub(super) most: usize,
}

/// A file in `MEDIA_ROOT`. It is removed when this is dropped, unless [`keep`](Self::keep) was called.
///
/// Keep it when the transaction that names it was committed, in the same job (`conn.atomic(…)` within `db.run`): a
/// visitor who leaves meanwhile ends the view, never a job.
#[must_use = "the file is removed unless it is kept"]
#[derive(Debug)]
pub struct Stored {
    name: String,
    path: Option<PathBuf>,
}

impl Upload {
    /// The name it was sent under, made harmless; that it is stored under may differ.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Copies it into `MEDIA_ROOT`, under a name that nothing has.
    pub fn store(&self, settings: &Settings) -> Result<Stored> {
        let now = Utc::now().with_timezone(&settings.time_zone).naive_local();
        let folder = folder_at(self.folder, now);
        for name in name::candidates(&folder, &self.name, self.most).take(100) {
            if name.chars().count() > self.most {
                break;
            }
            let path = settings.media_root.join(&name);
            fs::create_dir_all(path.parent().unwrap_or(&settings.media_root))?;
            match create(&path) {
                Ok(mut to) => {
                    // From here on a failure removes it.
                    let stored = Stored { name, path: Some(path) };
                    io::copy(&mut File::open(self.file.path())?, &mut to)?;
                    to.sync_all()?;
                    return Ok(stored);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Io(io::Error::other(format!("no name is free for {} below {folder}", self.name))))
    }
}

impl Stored {
    /// Its path below `MEDIA_ROOT`: what the column holds.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// It stays.
    pub fn keep(mut self) {
        self.path = None;
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        if let Some(path) = self.path.take()
            && let Err(error) = fs::remove_file(&path)
        {
            log::error!(target: "nuages.uploads", "{} belongs to no row and could not be removed: {error}", path.display());
        }
    }
}

/// Makes an empty file where there is none, which all may read (Django's `FILE_UPLOAD_PERMISSIONS`).
fn create(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    Ok(file)
}

/// `papers/%Y/` as it is today, with a slash at its end.
fn folder_at(pattern: &str, now: NaiveDateTime) -> String {
    let is_pattern = pattern.contains('%') && StrftimeItems::new(pattern).all(|item| item != Item::Error);
    let folder = if is_pattern { now.format(pattern).to_string() } else { pattern.to_owned() };
    let parts = folder.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    parts.flat_map(|part| [part, "/"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Env;

    fn upload(name: &str) -> Upload {
        let file = UploadedFile::of(name, b"text").unwrap();
        Upload { file, name: name.to_owned(), folder: "papers/%Y/", most: 100 }
    }

    #[test]
    fn a_file_is_stored_once_and_is_gone_unless_kept() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("media");
        let env = Env::from_pairs(&[("SECRET_KEY", "x"), ("MEDIA_ROOT", root.to_str().unwrap())]);
        let settings = Settings::read(&env).unwrap();
        let one = upload("a.txt").store(&settings).unwrap();
        let two = upload("a.txt").store(&settings).unwrap();
        assert!(one.name().starts_with("papers/2") && one.name().ends_with("/a.txt"), "{}", one.name());
        assert_ne!(one.name(), two.name());
        let (kept, gone) = (root.join(one.name()), root.join(two.name()));
        assert_eq!(fs::read(&gone).unwrap(), b"text");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&kept).unwrap().permissions()) & 0o777, 0o644);
        one.keep();
        drop(two);
        assert!(kept.is_file() && !gone.exists());
    }

    #[test]
    fn a_folder_may_name_the_day_and_leads_nowhere_else() {
        let now = "2026-11-05T01:02:03".parse().unwrap();
        assert_eq!(folder_at("papers/%Y/%m", now), "papers/2026/11/");
        assert_eq!(folder_at("/../100%/", now), "100%/");
        assert_eq!(folder_at("", now), "");
    }
}
