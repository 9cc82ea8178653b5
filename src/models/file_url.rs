//! URLs of files below `MEDIA_ROOT`.

use crate::python::quote;

/// Returns the URL of the file at this path below `MEDIA_ROOT` (Django's `FieldFile.url`).
pub fn file_url(path: &str) -> String {
    format!("/media/{}", quote(path))
}
