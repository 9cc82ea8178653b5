//! URLs of files below `MEDIA_ROOT`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Returns the URL of the file at this path below `MEDIA_ROOT` (Django's `FieldFile.url`).
pub fn file_url(path: &str) -> String {
    const PATH: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    format!("/media/{}", utf8_percent_encode(path, PATH))
}
