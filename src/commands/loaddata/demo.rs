//! The demo shop that comes with Nuages: made by `src/apps/catalog/fixtures/make_demo.py`, compiled in.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::error::{Error, Result};
use crate::http::MediaRoot;

/// The fixture.
pub(super) const OBJECTS: &str = include_str!("../../apps/catalog/fixtures/demo.json");

/// `(file name, content)` of each picture.
const PICTURES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo_pictures.rs"));

/// Writes the pictures below `media_root`. A picture that exists already is left as it is.
pub(super) fn write_pictures(media_root: &Path) -> Result<()> {
    let failed = |error| Error::command(format!("MEDIA_ROOT: {}: {error}", media_root.display()));
    let root = MediaRoot::create(media_root).map_err(failed)?;
    for (name, content) in PICTURES {
        match root.create_new(format!("products/{name}")) {
            Ok(mut file) => file.write_all(content).map_err(failed)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}
