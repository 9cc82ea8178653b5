//! Files on disk: stored before their row, and deleted if saving the row fails.

use std::fs::File;
use std::io;
use std::path::Path;

use chrono::NaiveDateTime;
use chrono::format::{Item, StrftimeItems};

use super::name;
use crate::clock;
use crate::error::{Error, Result};
use crate::http::{Kept, MediaRoot, UploadedFile};
use crate::models::{Field, FileKinds};
use crate::settings::Settings;

/// A validated uploaded file that is not stored yet.
#[derive(Debug, Clone)]
pub struct Upload {
    pub(super) file: UploadedFile,
    /// The safe file name.
    pub(super) name: String,
    /// Django's `upload_to`: `products/`, `papers/%Y/%m/`.
    pub(super) folder: &'static str,
    /// The maximum length of the path, in characters.
    pub(super) most: usize,
}

/// A file in `MEDIA_ROOT`. It is deleted when this is dropped, unless [`keep`](Self::keep) was
/// called.
///
/// Call `keep` when the transaction that refers to the file was committed, in the same job
/// (`conn.atomic(…)` within `db.write`): if a visitor leaves, the view ends but the job continues.
#[must_use = "the file is removed unless it is kept"]
#[derive(Debug)]
pub struct Stored {
    name: String,
    /// The folder to delete the file from, unless it is kept.
    root: Option<MediaRoot>,
    /// The uploaded file; `None` for a copy of an existing file.
    upload: Option<UploadedFile>,
}

impl Upload {
    /// Returns the safe file name of the upload; the stored name may differ.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the file is a picture that browsers show.
    pub fn is_picture(&self) -> bool {
        FileKinds::of_extension(&name::extension(&self.name)) == FileKinds::PICTURE
    }

    /// Keeps the file for a while, because its form must be shown again; see
    /// [`UploadedFile::keep`].
    pub fn keep(&self, name: &str) -> Option<Kept> {
        self.file.keep(name)
    }

    /// Copies the file into `MEDIA_ROOT` under a unique name. A failure is logged with the folder.
    pub fn store(&self, settings: &Settings) -> Result<Stored> {
        let from = File::open(self.file.path()).map_err(Error::from);
        let stored = from
            .and_then(|mut from| store(&mut from, &self.name, self.folder, self.most, settings));
        let mut stored = stored.inspect_err(|error| {
            let root = settings.media_root.display();
            log::error!(target: "nuages.uploads", "{} could not be stored in {root}: {error}", self.name);
        })?;
        stored.upload = Some(self.file.clone());
        Ok(stored)
    }
}

/// Copies `from` into this folder of `MEDIA_ROOT`, under a unique name of at most `most`
/// characters.
fn store(
    from: &mut File,
    wanted: &str,
    folder: &str,
    most: usize,
    settings: &Settings,
) -> Result<Stored> {
    let now = clock::now()
        .with_timezone(&settings.time_zone)
        .naive_local();
    let folder = folder_at(folder, now);
    let root = MediaRoot::create(&settings.media_root)?;

    for name in name::candidates(&folder, wanted, most).take(100) {
        if name.chars().count() > most {
            break;
        }
        match root.create_new(&name) {
            Ok(mut to) => {
                // From here on an error deletes the file.
                let stored = Stored {
                    name,
                    root: Some(root),
                    upload: None,
                };
                io::copy(from, &mut to)?;
                to.sync_all()?;
                return Ok(stored);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Io(io::Error::other(format!(
        "no name is free for {wanted} below {folder}"
    ))))
}

impl Stored {
    /// Copies the file that a column of `field` refers to; returns `None` if there is no such file
    /// in `MEDIA_ROOT`.
    pub fn copy_of(path: &str, field: &Field, settings: &Settings) -> Result<Option<Self>> {
        let Some(folder) = field.folder() else {
            return Ok(None);
        };
        let Some(wanted) = Path::new(path).file_name().and_then(|name| name.to_str()) else {
            return Ok(None);
        };
        let Ok(mut from) = MediaRoot::open(&settings.media_root).and_then(|root| root.file(path))
        else {
            return Ok(None);
        };
        store(
            &mut from,
            wanted,
            folder,
            field.max_length().unwrap_or(100),
            settings,
        )
        .map(Some)
    }

    /// Whether `MEDIA_ROOT` has a readable file at `path`.
    pub fn exists(path: &str, settings: &Settings) -> bool {
        MediaRoot::open(&settings.media_root)
            .and_then(|root| root.file(path))
            .is_ok()
    }

    /// Returns the path below `MEDIA_ROOT`: the value of the column.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Keeps the file.
    pub fn keep(mut self) {
        self.root = None;
        if let Some(upload) = &self.upload {
            upload.forget();
        }
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        if let Some(root) = self.root.take()
            && let Err(error) = root.remove(&self.name)
        {
            log::error!(target: "nuages.uploads", "could not remove {}, which no row names: {error}", self.name);
        }
    }
}

/// Returns the folder for the current date: `papers/%Y/`, with a slash at the end.
fn folder_at(pattern: &str, now: NaiveDateTime) -> String {
    let is_pattern =
        pattern.contains('%') && StrftimeItems::new(pattern).all(|item| item != Item::Error);
    let folder = if is_pattern {
        now.format(pattern).to_string()
    } else {
        pattern.to_owned()
    };
    let parts = folder
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."));
    parts.flat_map(|part| [part, "/"]).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::Env;

    fn upload(name: &str) -> Upload {
        let file = UploadedFile::from_bytes(name, b"text").unwrap();
        Upload {
            file,
            name: name.to_owned(),
            folder: "papers/%Y/",
            most: 100,
        }
    }

    #[test]
    fn a_file_is_stored_once_and_is_gone_unless_kept() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("media");
        let env = Env::from_pairs(&[("SECRET_KEY", "x"), ("MEDIA_ROOT", root.to_str().unwrap())]);
        let settings = Settings::read(&env).unwrap();
        let one = upload("a.txt").store(&settings).unwrap();
        let two = upload("a.txt").store(&settings).unwrap();
        assert!(
            one.name().starts_with("papers/2") && one.name().ends_with("/a.txt"),
            "{}",
            one.name()
        );
        assert_ne!(one.name(), two.name());
        let (kept, gone) = (root.join(one.name()), root.join(two.name()));
        assert_eq!(fs::read(&gone).unwrap(), b"text");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&kept).unwrap().permissions())
                & 0o777,
            0o644
        );
        one.keep();
        drop(two);
        assert!(kept.is_file() && !gone.exists());
    }

    #[test]
    fn a_folder_may_name_the_day_and_stays_inside_the_media_folder() {
        let now = "2026-11-05T01:02:03".parse().unwrap();
        assert_eq!(folder_at("papers/%Y/%m", now), "papers/2026/11/");
        assert_eq!(folder_at("/../100%/", now), "100%/");
        assert_eq!(folder_at("", now), "");
    }
}
