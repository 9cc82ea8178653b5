//! Detects the type of a file from its first bytes.

use super::picture::Format;
use crate::models::FileKinds;

/// Number of bytes of a file that are examined.
pub(super) const HEAD: usize = 8192;

/// The kind of a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// A picture that browsers show.
    Picture(Format),
    /// An iPhone photo.
    Heic,
    /// Another picture format that browsers do not show, with its name: `TIFF`.
    OtherPicture(&'static str),
    Pdf,
    /// A ZIP archive, which includes newer office documents.
    Zip,
    /// An office document in an old format, or an RTF document.
    Office,
    Archive,
    Audio,
    Video,
    /// A video or audio file in a container for both.
    Media,
    Html,
    Svg,
    Xml,
    Script,
    Program,
    /// Text without any sign of the types above.
    Text,
    Unknown,
}

impl Content {
    /// Detects the type of a file that begins with `head`.
    pub(super) fn detect(head: &[u8]) -> Self {
        use Content::{Archive, Audio, Media, Office, Pdf, Program, Script, Video, Zip};
        const MAGIC: [(&[u8], Content); 34] = [
            (b"II*\0", Content::OtherPicture("TIFF")),
            (b"MM\0*", Content::OtherPicture("TIFF")),
            (b"8BPS", Content::OtherPicture("Photoshop")),
            (b"\xff\x0a", Content::OtherPicture("JPEG XL")),
            (b"\0\0\0\x0cJXL ", Content::OtherPicture("JPEG XL")),
            (b"\0\0\0\x0cjP  ", Content::OtherPicture("JPEG 2000")),
            (b"\xff\x4f\xff\x51", Content::OtherPicture("JPEG 2000")),
            (b"\0\0\x01\0", Content::OtherPicture("icon")),
            (b"FUJIFILMCCD-RAW", Content::OtherPicture("raw")),
            (b"IIRO", Content::OtherPicture("raw")),
            (b"IIU\0", Content::OtherPicture("raw")),
            (b"PK\x03\x04", Zip),
            (b"PK\x05\x06", Zip),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Office),
            (b"{\\rtf", Office),
            (b"\x1f\x8b", Archive),
            (b"BZh", Archive),
            (b"\xfd7zXZ\0", Archive),
            (b"7z\xbc\xaf\x27\x1c", Archive),
            (b"Rar!\x1a\x07", Archive),
            (b"\x28\xb5\x2f\xfd", Archive),
            (b"ID3", Audio),
            (b"fLaC", Audio),
            (b"OggS", Media),
            (b"\x1a\x45\xdf\xa3", Media),
            (b"\0\0\x01\xba", Video),
            (b"\0\0\x01\xb3", Video),
            (b"\x7fELF", Program),
            (b"MZ", Program),
            (b"\xca\xfe\xba\xbe", Program),
            (b"\xfe\xed\xfa\xce", Program),
            (b"\xcf\xfa\xed\xfe", Program),
            (b"\0asm", Script),
            (b"#!", Script),
        ];
        if let Some(format) = Format::detect(head) {
            return Self::Picture(format);
        }
        if head.get(4..8) == Some(b"ftyp") {
            return container(head);
        }
        if let Some((_, content)) = MAGIC.iter().find(|(start, _)| head.starts_with(start)) {
            return *content;
        }
        match head {
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'A',
                b'V',
                b'E',
                ..,
            ] => return Audio,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'A',
                b'V',
                b'I',
                b' ',
                ..,
            ] => return Video,
            // A frame of an MP3 file, or of AAC.
            [0xFF, second, ..] if second & 0xE0 == 0xE0 && *second != 0xFE => return Audio,
            _ => {}
        }
        if head.get(257..262) == Some(b"ustar") {
            return Archive;
        }
        // PDF readers accept data before a PDF document; accept it unless it is a page or a script
        // itself.
        match head[..head.len().min(1024)]
            .windows(5)
            .position(|word| word == b"%PDF-")
        {
            Some(at) => Some(of_text(&head[..at]))
                .filter(|content| content.active().is_some())
                .unwrap_or(Pdf),
            None => of_text(head),
        }
    }

    /// Whether the content fits the kind `kind` of the file's extension.
    pub(super) fn fits(self, kind: FileKinds) -> bool {
        let is_text = matches!(
            self,
            Self::Text | Self::Html | Self::Svg | Self::Xml | Self::Script
        );
        match kind {
            FileKinds::PICTURE => matches!(self, Self::Picture(_)),
            FileKinds::PDF => self == Self::Pdf,
            FileKinds::TEXT => is_text,
            FileKinds::OFFICE => matches!(self, Self::Zip | Self::Office),
            FileKinds::AUDIO => matches!(self, Self::Audio | Self::Media),
            FileKinds::VIDEO => matches!(self, Self::Video | Self::Media),
            FileKinds::ARCHIVE => matches!(self, Self::Zip | Self::Archive),
            FileKinds::HTML => matches!(self, Self::Html | Self::Text | Self::Xml),
            FileKinds::SVG => matches!(self, Self::Svg | Self::Xml | Self::Archive),
            FileKinds::XML => matches!(self, Self::Xml | Self::Svg | Self::Html),
            FileKinds::SCRIPT => is_text || matches!(self, Self::Unknown | Self::Zip),
            FileKinds::EXECUTABLE => true,
            // A format with its own name must have its own extension, or it would be shown as
            // another format.
            _ => !matches!(self, Self::Html | Self::Svg | Self::Program),
        }
    }

    /// Returns the kind of executable content and its name for people.
    pub(super) fn active(self) -> Option<(FileKinds, &'static str)> {
        match self {
            Self::Html => Some((FileKinds::HTML, "a web page")),
            Self::Svg => Some((FileKinds::SVG, "an SVG drawing")),
            Self::Xml => Some((FileKinds::XML, "an XML document")),
            Self::Script => Some((FileKinds::SCRIPT, "a script")),
            Self::Program => Some((FileKinds::EXECUTABLE, "a program")),
            _ => None,
        }
    }

    /// Returns the stem and extension for a file without a usable name: `picture.png`, `file.pdf`.
    pub(super) fn default_name(self) -> (&'static str, &'static str) {
        match self {
            Self::Picture(format) => ("picture", format.extension()),
            Self::Pdf => ("file", "pdf"),
            Self::Text => ("file", "txt"),
            Self::Zip => ("file", "zip"),
            _ => ("file", ""),
        }
    }

    /// Returns the error for a file that should be a picture, but is not one that browsers show.
    pub(super) fn instead_of_picture(self) -> Option<String> {
        const REMEDY: &str = "Save or export it as JPEG or PNG, and choose that file.";
        let name = match self {
            Self::Heic => {
                return Some(
                    "This is a HEIC photo. Browsers cannot show it. On an iPhone choose Settings > Camera > Formats > \
                     Most compatible, or export it as JPEG."
                        .to_owned(),
                );
            }
            Self::OtherPicture("icon") => {
                return Some(format!(
                    "Upload a valid image. This is an icon file. {REMEDY}"
                ));
            }
            Self::OtherPicture(name) => {
                return Some(format!(
                    "This is a {name} picture. Browsers cannot show it. {REMEDY}"
                ));
            }
            Self::Svg => "an SVG drawing, which can hold scripts",
            Self::Pdf => "a PDF document",
            Self::Html => "a web page",
            Self::Zip | Self::Archive => "an archive or a document",
            Self::Office => "an office document",
            Self::Audio => "a sound recording",
            Self::Video | Self::Media => "a film",
            Self::Program => "a program",
            _ => return None,
        };
        Some(format!("Upload a valid image. This is {name}. {REMEDY}"))
    }
}

/// Distinguishes container formats (ISO base media) by their brands.
fn container(head: &[u8]) -> Content {
    let brands = super::picture::brands(head);
    let has = |names: &[&[u8; 4]]| brands.iter().any(|brand| names.contains(&brand));
    if has(&[
        b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
    ]) {
        return Content::Heic;
    }
    if has(&[b"crx "]) {
        return Content::OtherPicture("raw");
    }
    if has(&[b"M4A ", b"M4B "]) {
        Content::Audio
    } else {
        Content::Media
    }
}

/// The beginnings of web pages, as browsers look for them (<https://mimesniff.spec.whatwg.org/>), and of scripts.
const PAGES: [&str; 19] = [
    "<!doctype html",
    "<html",
    "<head",
    "<script",
    "<iframe",
    "<h1",
    "<div",
    "<font",
    "<table",
    "<a",
    "<style",
    "<title",
    "<b",
    "<body",
    "<br",
    "<p",
    "<meta",
    "<img",
    "<link",
];

fn of_text(head: &[u8]) -> Content {
    let wide = |bytes: &[u8], first: usize| {
        bytes
            .chunks_exact(2)
            .map(|pair| {
                if pair[1 - first] == 0 {
                    pair[first]
                } else {
                    b'?'
                }
            })
            .collect::<Vec<u8>>()
    };
    let bytes = match head {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.to_vec(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, 0),
        [0xFE, 0xFF, rest @ ..] => wide(rest, 1),
        _ => head.to_vec(),
    };
    if bytes.contains(&0) {
        return Content::Unknown;
    }
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let mut start = text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}');
    // Comments may precede anything else.
    let mut has_comment = false;
    while let Some(rest) = start.strip_prefix("<!--") {
        has_comment = true;
        start = rest
            .split_once("-->")
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    if start.starts_with("<?php") || start.starts_with("<?=") || start.starts_with("<%") {
        return Content::Script;
    }
    let begins = |tag: &str| {
        start
            .strip_prefix(tag)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    };
    let is_xml = start.starts_with("<?xml") || start.starts_with("<!doctype");
    if begins("<svg") {
        return Content::Svg;
    }
    if PAGES.iter().any(|tag| begins(tag)) || (is_xml && text.contains("<html")) {
        return Content::Html;
    }
    if is_xml && text.contains("<svg") {
        return Content::Svg;
    }
    if has_comment {
        return Content::Html;
    }
    if is_xml { Content::Xml } else { Content::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_file_is_derived_from_its_first_bytes() {
        for (head, content) in [
            (&b"%PDF-1.7\n"[..], Content::Pdf),
            (b"\x00\x01junk\n%PDF-1.7\n", Content::Pdf),
            (b"<script>alert(1)</script>%PDF-1.7", Content::Html),
            (b"  <!DOCTYPE html><title>x</title>", Content::Html),
            (b"\xef\xbb\xbf<script>alert(1)</script>", Content::Html),
            (b"\xff\xfe<\0h\0t\0m\0l\0>\0", Content::Html),
            (b"<!-- x --><svg onload=alert(1)>", Content::Svg),
            (b"<?xml version='1.0'?><svg/>", Content::Svg),
            (b"<?xml version='1.0'?><feed/>", Content::Xml),
            (b"<?php system(1);", Content::Script),
            (b"#!/bin/sh\n", Content::Script),
            (b"MZ\x90\0", Content::Program),
            (b"\x7fELF\x02", Content::Program),
            (b"a,b\n1,2\n", Content::Text),
            (b"<abc> is no tag", Content::Text),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Content::Heic),
            (
                b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
                Content::Picture(Format::Avif),
            ),
            (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", Content::Media),
            (b"II*\0\x08\0\0\0", Content::OtherPicture("TIFF")),
            (b"PK\x03\x04", Content::Zip),
            (b"\0\x01\x02", Content::Unknown),
        ] {
            assert_eq!(
                Content::detect(head),
                content,
                "{}",
                String::from_utf8_lossy(head)
            );
        }
    }
}
