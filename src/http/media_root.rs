//! Opens the folder of uploaded files, so that symbolic links cannot escape from it.

use std::fs::File;
use std::io;
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

/// An open handle to `MEDIA_ROOT`.
///
/// Every path is resolved below this folder. Reading, writing and deleting fail if a symbolic link
/// on the path points outside the folder. The kernel checks this while it opens the file
/// (`openat2`), so nobody can create a link between a check and the opening. Relative links that
/// stay inside are followed; absolute links never are. `MEDIA_ROOT` itself may be a link.
#[derive(Debug)]
pub struct MediaRoot(Dir);

impl MediaRoot {
    /// Opens the folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Dir::open_ambient_dir(folder, ambient_authority()).map(Self)
    }

    /// Opens the folder, and creates it first if it is missing.
    pub fn create(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Self::open(folder)
    }

    /// Opens a regular file for reading.
    pub fn file(&self, path: impl AsRef<Path>) -> io::Result<File> {
        // Opening a named pipe would wait for its writer.
        if !self.0.metadata(&path)?.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(self.0.open(path)?.into_std())
    }

    /// Creates a file that everybody may read (Django's `FILE_UPLOAD_PERMISSIONS`), and its parent
    /// folders. Fails if the name exists, even as a dangling link.
    pub fn create_new(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let path = path.as_ref();
        if let Some(folder) = path.parent() {
            self.0.create_dir_all(folder)?;
        }
        let file = self
            .0
            .open_with(path, OpenOptions::new().write(true).create_new(true))?
            .into_std();
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        Ok(file)
    }

    /// Deletes a file; for a link, the link itself.
    pub fn remove(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.0.remove_file(path)
    }
}
