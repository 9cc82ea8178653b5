//! The demo shop that comes with Nuages: made by `src/apps/catalog/fixtures/make_demo.py`, compiled in.

use std::path::Path;

use crate::error::{Error, Result};

/// The fixture.
pub(super) const OBJECTS: &str = include_str!("../../apps/catalog/fixtures/demo.json");

/// `(file name, content)` of each picture.
const PICTURES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/demo_pictures.rs"));

/// Writes the pictures below `media_root`; those that are there already stay.
pub(super) fn write_pictures(media_root: &Path) -> Result<()> {
    let folder = media_root.join("products");
    let failed = |error| Error::command(format!("MEDIA_ROOT: {}: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    for (name, content) in PICTURES {
        let path = folder.join(name);
        if !path.exists() {
            std::fs::write(path, content).map_err(failed)?;
        }
    }
    Ok(())
}
