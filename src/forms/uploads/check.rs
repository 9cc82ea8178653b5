//! Checks that a file is of a kind that its field accepts.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::content::{Content, HEAD};
use super::{name, picture};
use crate::http::UploadedFile;
use crate::models::{DisplayShape, Field, FileKinds, file_size};

/// Extensions that some servers evaluate at any position in a file name: `a.php.txt`, `a.html.en`.
const EVERYWHERE: [&str; 12] = [
    "asp", "aspx", "cgi", "htm", "html", "jsp", "phar", "php", "php5", "phtml", "shtml", "xhtml",
];

/// A file that a field accepts.
pub(super) struct Accepted {
    /// The file; for a picture, a copy that contains only the picture.
    pub(super) file: UploadedFile,
    /// The safe file name.
    pub(super) name: String,
}

/// Checks the name, the declared type, the size and the content of `file`. This reads the file.
pub(super) fn check(field: &Field, file: &UploadedFile) -> Result<Accepted, String> {
    let kinds = field.file_kinds;
    if let Some(most) = field.max_file_size.filter(|most| file.size > *most) {
        let (size, most) = (file_size(file.size), file_size(most));
        return Err(format!(
            "The file is too large: {size}. At most {most} are allowed."
        ));
    }
    let content = content(file.path()).map_err(|error| {
        log::error!(target: "nuages.uploads", "an upload could not be read: {error}");
        "The file could not be read. Choose it again.".to_owned()
    })?;
    let name = name::usable(&file.name, content.default_name());
    let is_picture_field = field.shape() == DisplayShape::Picture;

    if is_picture_field && !matches!(content, Content::Picture(_)) {
        return Err(content
            .instead_of_picture()
            .unwrap_or_else(|| picture::NO_IMAGE.to_owned()));
    }
    let clean = match content {
        Content::Picture(format) => {
            Some(picture::clean(file.path(), format, file.keeps_metadata()))
        }
        _ => None,
    };
    // Like Django, report an error in a picture before an error in its extension.
    let clean = if is_picture_field {
        clean.transpose()?.map(Ok)
    } else {
        clean
    };

    let extension = name::extension(&name);
    let kind = FileKinds::of_extension(&extension);
    let inside = forbidden_inside(&name, kinds);
    if !kinds.contains(kind) {
        let extension = inside.unwrap_or(extension);
        return Err(not_allowed(&extension, kinds));
    }
    if let Some(inside) = inside {
        return Err(not_allowed(&inside, kinds));
    }
    if content == Content::Heic && !kinds.contains(FileKinds::OTHER) {
        return Err(content.instead_of_picture().unwrap_or_default());
    }
    if let Some((kind, what)) = content.active().filter(|(kind, _)| !kinds.contains(*kind)) {
        // A text file may contain markup, because a `txt` file is never executed.
        let is_plain =
            kind == FileKinds::XML && FileKinds::of_extension(&extension) == FileKinds::TEXT;
        if !is_plain {
            return Err(format!(
                "This file holds {what}, which is not accepted here."
            ));
        }
    }
    if !content.fits(kind) {
        return Err(format!(
            "The content of this file does not match its extension “{extension}”."
        ));
    }
    if !kind.may_be_declared(&file.content_type) {
        let declared = file.content_type.split(';').next().unwrap_or_default();
        return Err(format!(
            "The file was sent as “{declared}”, which does not match its extension “{extension}”."
        ));
    }

    let file = match clean.transpose()? {
        Some(copy) => file.with_content(copy).map_err(|error| {
            log::error!(target: "nuages.uploads", "an upload could not be copied: {error}");
            "The file could not be read. Choose it again.".to_owned()
        })?,
        None => file.clone(),
    };
    Ok(Accepted { file, name })
}

fn content(path: &Path) -> io::Result<Content> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(Content::detect(&head))
}

/// Returns the extension in the middle of the name that servers evaluate there and that is not allowed.
fn forbidden_inside(name: &str, kinds: FileKinds) -> Option<String> {
    let mut parts = name.split('.').skip(1).map(str::to_lowercase);
    parts.find(|part| {
        EVERYWHERE.contains(&part.as_str()) && !kinds.contains(FileKinds::of_extension(part))
    })
}

/// Returns Django's error text if the list of extensions is short.
fn not_allowed(extension: &str, kinds: FileKinds) -> String {
    let allowed = kinds.extensions().join(", ");
    if allowed.is_empty() {
        return format!(
            "File extension “{extension}” is not allowed. Web pages, drawings, scripts and programs are not accepted here."
        );
    }
    format!("File extension “{extension}” is not allowed. Allowed extensions are: {allowed}.")
}
