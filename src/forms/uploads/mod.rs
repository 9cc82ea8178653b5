//! Uploaded files of forms: decides how a file field changes, validates the file, and stores it.
//!
//! As in Django a file that is replaced or cleared is kept: another row, an older page or a Django
//! on the same files may still refer to it. A file that was stored for a row that is not saved is
//! deleted.

mod check;
mod content;
mod name;
mod picture;
mod storage;

use crate::db::Value;
use crate::http::{PostData, UploadedFile};
use crate::models::{Field, Validator};
use crate::words::counted;

pub use storage::{Stored, Upload};

/// The change of a file field.
#[derive(Debug, Clone)]
pub enum Change {
    /// The field keeps its file.
    Keep,
    /// The field has no file any more.
    Clear,
    /// The field gets this file, once it is stored.
    New(Upload),
}

/// Whether the box that clears the file field `name` is ticked: `image-clear`.
pub fn is_cleared(post: &PostData, name: &str) -> bool {
    let ticked = post.fields.get(&format!("{name}-clear"));
    ticked.is_some_and(|value| !matches!(value, "" | "false" | "False"))
}

/// Returns the change of the field, whose current path is `current` (or `None`), or the errors of
/// `file`.
///
/// This reads the file: call it on a blocking thread.
pub fn clean(
    field: &Field,
    file: Option<&UploadedFile>,
    clear: bool,
    current: &str,
) -> Result<Change, Vec<String>> {
    let wrong = |text: &str| Err(vec![text.to_owned()]);
    let clear = clear && field.blank;
    let Some(file) = file else {
        return match (clear, field.blank || !current.is_empty()) {
            (true, _) => Ok(Change::Clear),
            (false, true) => Ok(Change::Keep),
            (false, false) => wrong("This field is required."),
        };
    };
    if clear {
        return wrong("Please either submit a file or check the clear checkbox, not both.");
    }
    let (length, most) = (file.name.chars().count(), field.max_length().unwrap_or(100));
    if length > most {
        let most = counted(most, "character", "characters");
        return Err(vec![format!(
            "Ensure this filename has at most {most} (it has {length})."
        )]);
    }
    if file.name.is_empty() {
        return wrong("No file was submitted. Check the encoding type on the form.");
    }
    if file.size == 0 {
        return wrong("The submitted file is empty.");
    }

    let check::Accepted { file, name } = check::check(field, file).map_err(|error| vec![error])?;
    let value = Value::Text(name.clone());
    let rules = field.validators.iter().filter_map(|rule| match rule {
        Validator::Custom(rule) => rule(&value),
        _ => None,
    });
    let errors: Vec<String> = rules.collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let folder = field.folder().unwrap_or_default();
    Ok(Change::New(Upload {
        file,
        name,
        folder,
        most,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Description, FileKinds, Model};
    use crate::schema::auth_group;
    use diesel::prelude::*;

    #[derive(Identifiable)]
    #[diesel(table_name = auth_group)]
    struct Paper {
        id: i32,
    }

    impl Model for Paper {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.label("x.Paper")
                .field(auth_group::name, |field| field.file("papers/"))
        }
    }

    fn field(blank: bool) -> Field {
        Field {
            blank,
            ..Paper::meta().field("name").unwrap().clone()
        }
    }

    #[test]
    fn a_file_field_keeps_clears_or_takes() {
        let file = UploadedFile::from_bytes("a b.txt", b"text").unwrap();
        let said = |field: &Field, file, clear, current| match clean(field, file, clear, current) {
            Ok(Change::Keep) => "keep".to_owned(),
            Ok(Change::Clear) => "clear".to_owned(),
            Ok(Change::New(upload)) => upload.name,
            Err(errors) => errors.join(" "),
        };
        let (optional, required) = (field(true), field(false));
        assert_eq!(said(&optional, None, false, ""), "keep");
        assert_eq!(said(&optional, None, true, "papers/x.txt"), "clear");
        assert_eq!(
            said(&optional, Some(&file), false, "papers/x.txt"),
            "a_b.txt"
        );
        assert!(said(&optional, Some(&file), true, "").starts_with("Please either"));
        assert_eq!(said(&required, None, false, ""), "This field is required.");
        assert_eq!(said(&required, None, true, "papers/x.txt"), "keep");
        assert_eq!(
            said(&required, Some(&file), true, "papers/x.txt"),
            "a_b.txt"
        );
        let empty = UploadedFile::from_bytes("a.txt", b"").unwrap();
        assert_eq!(
            said(&optional, Some(&empty), false, ""),
            "The submitted file is empty."
        );
        let long = UploadedFile::from_bytes(&"é".repeat(101), b"text").unwrap();
        let text = "Ensure this filename has at most 100 characters (it has 101).";
        assert_eq!(said(&optional, Some(&long), false, ""), text);
    }

    fn said(field: &Field, name: &str, kind: &str, content: &[u8]) -> String {
        let file = UploadedFile::from_bytes(name, content)
            .unwrap()
            .declared(kind);
        clean(field, Some(&file), false, "")
            .err()
            .unwrap_or_default()
            .join(" ")
    }

    #[test]
    fn a_file_field_refuses_files_that_a_program_would_run() {
        let field = field(true);
        for (name, kind, content) in [
            (
                "evil.html",
                "text/html",
                &b"<html><script>alert(1)</script>"[..],
            ),
            ("evil.HTM", "", b"text"),
            (
                "evil.svg",
                "image/svg+xml",
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            ),
            ("evil.xml", "text/xml", b"<?xml version='1.0'?><a/>"),
            ("evil.js", "text/javascript", b"alert(1)"),
            ("evil.php", "", b"<?php system(1) ?>"),
            ("evil.php.txt", "text/plain", b"text"),
            ("evil.html.en", "", b"text"),
            ("evil.html.", "", b"text"),
            ("evil.exe", "", b"MZ\x90\0"),
            ("evil.sh", "", b"#!/bin/sh"),
            ("evil", "", b"<!doctype html><title>x</title>"),
            (
                "evil.txt",
                "text/plain",
                b"\xef\xbb\xbf  <script>alert(1)</script>",
            ),
            ("evil.dat", "", b"\x7fELF\x02\x01"),
            ("evil.txt", "text/html", b"text"),
            ("evil.pdf", "application/pdf", b"<html>"),
            ("evil.pdf", "application/pdf", b"no document"),
            ("evil.pdf", "text/html", b"%PDF-1.4"),
            ("evil.png", "image/png", b"no picture"),
            ("evil.docx", "", b"text"),
        ] {
            assert_ne!(
                said(&field, name, kind, content),
                "",
                "{name} sent as {kind:?} should be refused"
            );
        }
        for (name, kind, content) in [
            ("a.txt", "text/plain", &b"text"[..]),
            ("a.csv", "application/vnd.ms-excel", b"a,b"),
            ("a.pdf", "application/pdf", b"%PDF-1.4"),
            (
                "www.example.com.pdf",
                "application/octet-stream",
                b"%PDF-1.4",
            ),
            ("a.dwg", "image/vnd.dwg", b"AC1027\0\0"),
            ("a.zip", "application/x-zip-compressed", b"PK\x03\x04"),
            (
                "a.docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                b"PK\x03\x04",
            ),
            ("noextension", "", b"text"),
        ] {
            assert_eq!(
                said(&field, name, kind, content),
                "",
                "{name} sent as {kind:?} is harmless"
            );
        }
    }

    #[test]
    fn a_file_field_takes_the_kinds_and_sizes_that_it_declares() {
        let some = Field {
            file_kinds: FileKinds::PDF | FileKinds::PICTURE,
            max_file_size: Some(2048),
            ..field(true)
        };
        assert_eq!(said(&some, "a.pdf", "", b"%PDF-1.4"), "");
        assert!(
            said(&some, "a.txt", "", b"text")
                .starts_with("File extension “txt” is not allowed. Allowed extensions are: ")
        );
        assert!(
            said(&some, "a.php.pdf", "", b"%PDF-1.4")
                .starts_with("File extension “php” is not allowed. ")
        );
        assert!(
            said(&some, "a.heic", "", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
                .contains("is not allowed")
        );
        assert!(
            said(&some, "a.jpg", "", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
                .contains("This is a HEIC photo")
        );
        let large = [&b"%PDF-1.4"[..], &[b' '; 4096]].concat();
        assert_eq!(
            said(&some, "a.pdf", "", &large),
            "The file is too large: 4 KB. At most 2 KB are allowed."
        );

        let active = Field {
            file_kinds: FileKinds::HTML | FileKinds::SVG,
            ..field(true)
        };
        assert_eq!(
            said(&active, "a.html", "text/html", b"<html>"),
            "",
            "the field says so"
        );
        assert_eq!(
            said(&active, "a.svg", "image/svg+xml", b"<svg/>"),
            "",
            "the field says so"
        );
        assert_ne!(
            said(&active, "a.js", "text/javascript", b"x"),
            "",
            "the field does not say so"
        );
    }

    #[test]
    fn validators_of_a_file_field_see_the_name() {
        let rule = |value: &Value| {
            value
                .text()
                .contains("draft")
                .then(|| "Drafts are not accepted.".to_owned())
        };
        let field = Field {
            validators: vec![Validator::Custom(rule)],
            ..field(true)
        };
        assert_eq!(
            said(&field, "a draft.txt", "", b"text"),
            "Drafts are not accepted."
        );
        assert_eq!(said(&field, "final.txt", "", b"text"), "");
    }
}
