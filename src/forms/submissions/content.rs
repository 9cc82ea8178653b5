//! The digest of a form's content, which shows whether two requests with the same page are equal.

use std::fs::File;
use std::io;

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::http::PostData;

/// Fields that do not affect the saved data: the token, which may differ each time, and the buttons
/// that only choose the redirect.
const IGNORED: [&str; 4] = ["csrfmiddlewaretoken", "_save", "_continue", "_addanother"];

/// Returns the digest of all fields and files.
pub(crate) fn digest(post: &PostData) -> Result<Vec<u8>> {
    let mut hash = Sha256::new();
    let mut add = |text: &[u8]| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    for (name, value) in post
        .fields
        .iter()
        .filter(|(name, _)| !IGNORED.contains(name))
    {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    // The reference to a kept file is a field. The file itself is gone when the page is sent again.
    for (field, file) in post.files.iter().filter(|(_, file)| !file.was_kept()) {
        let mut content = Sha256::new();
        io::copy(&mut File::open(file.path())?, &mut HashWriter(&mut content))?;
        add(field.as_bytes());
        add(file.name.as_bytes());
        add(&content.finalize());
    }
    Ok(hash.finalize().to_vec())
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
