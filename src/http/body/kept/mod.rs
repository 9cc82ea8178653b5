//! Keeps the files of a form that had an error, so that the visitor need not choose them again.
//!
//! The page with the error holds a signed reference to the file in a hidden input. The reference is
//! bound to the form field and to the browser that sent the file (to the secret of its CSRF cookie,
//! which changes with every login). The files are outside `MEDIA_ROOT`, and only their owner can
//! see them. They are deleted when the form is saved, after [`MAX_AGE`], or when there are too many
//! (oldest first).

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::{PostData, UploadedFile};
use crate::clock;
use crate::settings::{SecretKey, Settings};
use crate::signing::{Signer, hex, random_string, salted_hmac};

/// Time that a file is kept.
const MAX_AGE: Duration = Duration::from_hours(12);
/// The largest number of kept files of one browser.
const MOST_FILES: usize = 50;
/// The largest number of kept files of all browsers.
const MOST_FILES_OF_ALL: usize = 5000;
/// The largest total size of one browser's files, as a multiple of `FILE_UPLOAD_MAX_SIZE`.
const REQUESTS: u64 = 3;
/// The largest total size of all browsers' files, as a multiple of `FILE_UPLOAD_MAX_SIZE`.
const REQUESTS_OF_ALL: u64 = 50;
/// The number of stored files that are remembered.
const MOST_STORED: usize = 1000;
const SALT: &str = "nuages.http.kept";
/// Number of letters at the beginning of a file name that identify the owner.
const OWNER_LENGTH: usize = 32;

/// The kept files of one browser.
#[derive(Debug, Clone)]
pub struct KeptFiles {
    folder: PathBuf,
    keys: Vec<SecretKey>,
    owner: String,
    most_bytes: u64,
    most_bytes_of_all: u64,
    keeps_metadata: bool,
}

/// A kept file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The value of the hidden input.
    pub reference: String,
    /// The original name of the file on the visitor's computer.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
}

/// The content of a signed reference.
#[derive(serde::Serialize, serde::Deserialize)]
struct Ticket {
    id: String,
    field: String,
    name: String,
    content_type: String,
}

/// A file in the folder.
struct Entry {
    path: PathBuf,
    owner: String,
    size: u64,
    modified: SystemTime,
}

impl KeptFiles {
    /// Returns the kept files of the browser with this CSRF secret.
    pub fn new(settings: &Settings, secret: &str) -> Self {
        let key = settings.secret_key.reveal();
        let name = |salt: &str, value: &str| hex(&salted_hmac(salt, value.as_bytes(), key));
        let parent = settings
            .file_upload_temp_dir
            .clone()
            .unwrap_or_else(std::env::temp_dir);
        Self {
            folder: parent.join(format!(
                "nuages-kept-{}",
                &name("nuages.http.kept.folder", "")[..16]
            )),
            keys: settings.secret_keys().cloned().collect(),
            owner: name("nuages.http.kept.owner", secret)[..OWNER_LENGTH].to_owned(),
            most_bytes: settings.file_upload_max_size.saturating_mul(REQUESTS),
            most_bytes_of_all: settings
                .file_upload_max_size
                .saturating_mul(REQUESTS_OF_ALL),
            keeps_metadata: settings.keep_image_metadata,
        }
    }

    /// Returns the kept files of the browser with this owner name (see [`owner`](Self::owner)).
    pub fn of_owner(settings: &Settings, owner: String) -> Self {
        Self {
            owner,
            ..Self::new(settings, "")
        }
    }

    /// Returns the name of the browser in the names of its files, from which the browser's secret
    /// cannot be derived.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Adds the kept files that the fields of `data` refer to to its files, unless another file was
    /// chosen or the box that removes the file is ticked. A reference that has expired, belongs to
    /// another browser or whose file was deleted makes the field one of `lost_files`.
    pub fn restore(self, data: &mut PostData) {
        let ending = |name: &str| name.strip_suffix("-kept").map(str::to_owned);
        let referred: Vec<(String, String)> = data
            .fields
            .iter()
            .filter_map(|(name, value)| Some((ending(name)?, value.to_owned())))
            .collect();
        if data.files.is_empty() && referred.is_empty() {
            return;
        }
        let keeper = Arc::new(self);
        for (_, file) in &mut data.files {
            file.keeper = Some(Arc::clone(&keeper));
        }
        for (field, reference) in referred {
            let is_removed = data
                .fields
                .get(&format!("{field}-kept-remove"))
                .is_some_and(|value| !value.is_empty());
            if data.file(&field).is_some() || is_removed {
                if let Some((path, _)) = keeper.find(&field, &reference) {
                    remove(&path);
                }
            } else if let Some(file) = keeper.file(&field, &reference) {
                data.files.push((field, file));
            } else if !reference.is_empty() && !keeper.was_stored(&field, &reference) {
                data.lost_files.push(field);
            }
        }
    }

    fn file(self: &Arc<Self>, field: &str, reference: &str) -> Option<UploadedFile> {
        let (path, ticket) = self.find(field, reference)?;
        let size = fs::metadata(&path)
            .ok()
            .filter(fs::Metadata::is_file)?
            .len();
        let kept = Kept {
            reference: reference.to_owned(),
            name: ticket.name,
            size,
        };
        Some(UploadedFile::kept(
            path,
            ticket.content_type,
            kept,
            Arc::clone(self),
            self.keeps_metadata,
        ))
    }

    /// Whether the file of `reference` was stored by an earlier sending of the same page.
    fn was_stored(&self, field: &str, reference: &str) -> bool {
        self.find(field, reference)
            .is_some_and(|(path, _)| stored_files().contains(&path))
    }

    /// Opens the file of this reference, for any field, and returns it with its name.
    pub fn open(&self, reference: &str) -> Option<(File, String)> {
        let ticket = self.ticket(reference)?;
        let file = File::open(self.folder.join(&ticket.id)).ok()?;
        Some((file, ticket.name))
    }

    fn find(&self, field: &str, reference: &str) -> Option<(PathBuf, Ticket)> {
        let ticket = self
            .ticket(reference)
            .filter(|ticket| ticket.field == without_numbers(field))?;
        Some((self.folder.join(&ticket.id), ticket))
    }

    fn ticket(&self, reference: &str) -> Option<Ticket> {
        let seconds = i64::try_from(MAX_AGE.as_secs()).unwrap_or(i64::MAX);
        let signed = Signer::new(SALT).loads(reference, self.keys.iter()).ok()?;
        let signed = signed.within(seconds, clock::now().timestamp()).ok()?;
        let ticket: Ticket = serde_json::from_slice(&signed.payload).ok()?;
        (ticket.id.get(..OWNER_LENGTH) == Some(self.owner.as_str())).then_some(ticket)
    }

    /// Keeps a copy of `file`, which was sent in `field`. Returns `None` if there is no room for it
    /// or the disk cannot store it.
    pub(super) fn keep(&self, field: &str, file: &UploadedFile) -> Option<Kept> {
        match self.copy(field, file) {
            Ok(kept) => kept,
            Err(error) => {
                log::warn!(target: "nuages.uploads", "a chosen file could not be kept: {error}");
                None
            }
        }
    }

    fn copy(&self, field: &str, file: &UploadedFile) -> io::Result<Option<Kept>> {
        let Some(key) = self.keys.first().filter(|_| file.size <= self.most_bytes) else {
            return Ok(None);
        };
        self.create_folder()?;
        self.make_room(file.size)?;
        let id = format!("{}-{}", self.owner, random_string(32));
        let path = self.folder.join(&id);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut to = options.open(&path)?;
        if let Err(error) =
            File::open(file.path()).and_then(|mut from| io::copy(&mut from, &mut to))
        {
            remove(&path);
            return Err(error);
        }
        let ticket = Ticket {
            id,
            field: without_numbers(field),
            name: file.name.clone(),
            content_type: file.content_type.clone(),
        };
        let reference = Signer::new(SALT).dumps(
            &serde_json::to_vec(&ticket)?,
            key,
            false,
            clock::now().timestamp(),
        );
        Ok(Some(Kept {
            reference,
            name: ticket.name,
            size: file.size,
        }))
    }

    /// Creates the folder, which only its owner can read.
    fn create_folder(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)?;
        if fs::symlink_metadata(&self.folder)?.is_dir() {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "{} is not a folder",
            self.folder.display()
        )))
    }

    fn entries(&self) -> io::Result<Vec<Entry>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.ok()?;
            // Another process may have removed the file meanwhile.
            let metadata = entry.metadata().ok()?;
            let owner = entry
                .file_name()
                .to_string_lossy()
                .chars()
                .take(OWNER_LENGTH)
                .collect();
            Some(Entry {
                path: entry.path(),
                owner,
                size: metadata.len(),
                modified: metadata.modified().ok()?,
            })
        };
        let mut entries: Vec<Entry> = fs::read_dir(&self.folder)?.filter_map(entry).collect();
        entries.sort_by_key(|entry| entry.modified);
        Ok(entries)
    }

    /// Removes files that are too old, and then the oldest ones until a further file of `size`
    /// bytes fits.
    fn make_room(&self, size: u64) -> io::Result<()> {
        let mut entries = self.entries()?;
        drop_old(&mut entries);
        let own = |entry: &&Entry| entry.owner == self.owner;
        let mut own_count = entries.iter().filter(own).count();
        let mut own_bytes: u64 = entries.iter().filter(own).map(|entry| entry.size).sum();
        let (mut count, mut bytes) = (
            entries.len(),
            entries.iter().map(|entry| entry.size).sum::<u64>(),
        );
        for entry in &entries {
            let own_full = own_count >= MOST_FILES || own_bytes + size > self.most_bytes;
            let full = count >= MOST_FILES_OF_ALL || bytes + size > self.most_bytes_of_all;
            let is_own = entry.owner == self.owner;
            if full || (own_full && is_own) {
                remove(&entry.path);
                (count, bytes) = (count - 1, bytes - entry.size);
                if is_own {
                    (own_count, own_bytes) = (own_count - 1, own_bytes - entry.size);
                }
            }
        }
        Ok(())
    }

    /// Removes files that are too old (for `clearsessions`), and returns their number.
    pub fn clear(settings: &Settings) -> io::Result<usize> {
        let mut entries = match Self::new(settings, "").entries() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            entries => entries?,
        };
        let count = entries.len();
        drop_old(&mut entries);
        Ok(count - entries.len())
    }

    /// Transfers the file of `reference` from `before`, the browser before its login, to `self`.
    /// Use it when a form is shown again to the user who sent it before the session ended.
    pub fn adopt(&self, before: &Self, field: &str, reference: &str) -> Option<String> {
        let key = self.keys.first()?;
        let (path, ticket) = before.find(field, reference)?;
        let id = format!("{}-{}", self.owner, random_string(32));
        fs::rename(path, self.folder.join(&id)).ok()?;
        let payload = serde_json::to_vec(&Ticket { id, ..ticket }).ok()?;
        Some(Signer::new(SALT).dumps(&payload, key, false, clock::now().timestamp()))
    }
}

/// Deletes the kept copy of a file that has been stored.
pub(super) fn forget(path: &std::path::Path) {
    let mut stored = stored_files();
    stored.push_front(path.to_owned());
    stored.truncate(MOST_STORED);
    drop(stored);

    remove(path);
}

/// The paths of kept files that this process has stored, newest first. A form that is sent twice
/// has lost no file.
fn stored_files() -> MutexGuard<'static, VecDeque<PathBuf>> {
    static STORED: Mutex<VecDeque<PathBuf>> = Mutex::new(VecDeque::new());
    STORED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn drop_old(entries: &mut Vec<Entry>) {
    let now = SystemTime::now();
    entries.retain(|entry| {
        let is_old = now
            .duration_since(entry.modified)
            .is_ok_and(|age| age > MAX_AGE);
        if is_old {
            remove(&entry.path);
        }
        !is_old
    });
}

fn remove(path: &std::path::Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        log::warn!(target: "nuages.uploads", "could not remove {}: {error}", path.display());
    }
}

/// Returns the field name without the numbers of its inline row: rows are renumbered when an
/// earlier row is removed.
fn without_numbers(field: &str) -> String {
    let part = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number {
            "#".to_owned()
        } else {
            part.to_owned()
        }
    };
    field.split('-').map(part).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests;
