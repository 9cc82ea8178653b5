//! The kinds of files that a field accepts.

use std::ops::{BitOr, BitOrAssign};

/// Kinds of files, which can be combined: `FileKinds::PDF | FileKinds::PICTURE`.
///
/// A file is of a kind if its extension, its content and its declared content type agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKinds(u16);

/// The extensions and content types of one kind.
struct Listed {
    kind: FileKinds,
    name: &'static str,
    extensions: &'static [&'static str],
    /// Content types, or their beginnings with a slash or a dot at the end.
    types: &'static [&'static str],
}

const KINDS: [Listed; 12] = [
    Listed {
        kind: FileKinds::PICTURE,
        name: "pictures (JPEG, PNG, GIF, WebP or AVIF)",
        extensions: &[
            "apng", "avif", "bmp", "dib", "gif", "jfif", "jpe", "jpeg", "jpg", "mpo", "png", "webp",
        ],
        types: &["image/"],
    },
    Listed {
        kind: FileKinds::PDF,
        name: "PDF documents",
        extensions: &["pdf"],
        types: &["application/pdf", "application/x-pdf"],
    },
    Listed {
        kind: FileKinds::TEXT,
        name: "plain texts",
        extensions: &["csv", "log", "md", "text", "tsv", "txt"],
        types: &["text/", "application/csv", "application/vnd.ms-excel"],
    },
    Listed {
        kind: FileKinds::OFFICE,
        name: "office documents",
        extensions: &[
            "doc", "docx", "odp", "ods", "odt", "ppt", "pptx", "rtf", "xls", "xlsx",
        ],
        types: &[
            "application/msword",
            "application/vnd.",
            "application/rtf",
            "text/rtf",
            "application/zip",
        ],
    },
    Listed {
        kind: FileKinds::AUDIO,
        name: "sound recordings",
        extensions: &[
            "aac", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav", "weba",
        ],
        types: &["audio/", "video/", "application/ogg"],
    },
    Listed {
        kind: FileKinds::VIDEO,
        name: "films",
        extensions: &[
            "avi", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ogv", "webm",
        ],
        types: &["video/", "audio/", "application/ogg"],
    },
    Listed {
        kind: FileKinds::ARCHIVE,
        name: "archives",
        extensions: &["7z", "bz2", "gz", "rar", "tar", "tgz", "xz", "zip", "zst"],
        types: &["application/", "multipart/x-zip"],
    },
    Listed {
        kind: FileKinds::HTML,
        name: "web pages",
        extensions: &["htm", "html", "mht", "mhtml", "shtml", "xht", "xhtml"],
        types: &[
            "text/html",
            "application/xhtml+xml",
            "multipart/related",
            "message/rfc822",
        ],
    },
    Listed {
        kind: FileKinds::SVG,
        name: "SVG drawings",
        extensions: &["svg", "svgz"],
        types: &["image/svg+xml"],
    },
    Listed {
        kind: FileKinds::XML,
        name: "XML documents",
        extensions: &["atom", "rdf", "rss", "xml", "xsd", "xsl", "xslt"],
        types: &[
            "text/xml",
            "application/xml",
            "text/xsl",
            "application/rss+xml",
            "application/atom+xml",
        ],
    },
    Listed {
        kind: FileKinds::SCRIPT,
        name: "scripts",
        extensions: &[
            "asp", "aspx", "bash", "cfm", "cgi", "cjs", "docm", "dotm", "hta", "htaccess", "js",
            "jsp", "jspx", "ksh", "lua", "mjs", "phar", "php", "php3", "php4", "php5", "php7",
            "php8", "phps", "phtml", "pht", "pl", "potm", "ppam", "pptm", "ps1", "psm1", "py",
            "pyc", "pyw", "rb", "sh", "swf", "ts", "vb", "vbe", "vbs", "wasm", "wsf", "wsh",
            "xlam", "xlsm", "xltm", "zsh",
        ],
        types: &[
            "text/javascript",
            "application/javascript",
            "application/x-javascript",
            "application/ecmascript",
            "text/ecmascript",
            "application/x-httpd-php",
            "application/x-php",
            "text/x-php",
            "application/x-sh",
            "text/x-shellscript",
            "text/x-python",
            "application/wasm",
        ],
    },
    Listed {
        kind: FileKinds::EXECUTABLE,
        name: "programs",
        extensions: &[
            "apk", "app", "appimage", "bat", "cmd", "com", "cpl", "chm", "desktop", "deb", "dll",
            "dmg", "dylib", "elf", "exe", "gadget", "inf", "ipa", "jar", "lnk", "msc", "msi",
            "msix", "pif", "reg", "rpm", "run", "scf", "scr", "so", "sys", "url", "war",
        ],
        types: &[
            "application/x-msdownload",
            "application/x-executable",
            "application/x-dosexec",
            "application/x-elf",
            "application/vnd.microsoft.portable-executable",
            "application/java-archive",
            "application/x-msdos-program",
        ],
    },
];

/// The content types that browsers send for unknown files.
const NO_TYPE: [&str; 6] = [
    "",
    "application/octet-stream",
    "binary/octet-stream",
    "application/x-download",
    "application/download",
    "application/unknown",
];

impl FileKinds {
    /// Pictures that browsers show: JPEG, PNG, GIF, WebP, AVIF, BMP.
    pub const PICTURE: Self = Self(1);
    /// PDF documents.
    pub const PDF: Self = Self(1 << 1);
    /// Plain texts and tables: `txt`, `csv`, `md`.
    pub const TEXT: Self = Self(1 << 2);
    /// Documents of office programs: `docx`, `xlsx`, `odt`.
    pub const OFFICE: Self = Self(1 << 3);
    /// Sound: `mp3`, `ogg`, `wav`.
    pub const AUDIO: Self = Self(1 << 4);
    /// Videos: `mp4`, `webm`.
    pub const VIDEO: Self = Self(1 << 5);
    /// Archives: `zip`, `tar.gz`.
    pub const ARCHIVE: Self = Self(1 << 6);
    /// Web pages, which can run scripts in a browser.
    pub const HTML: Self = Self(1 << 7);
    /// SVG drawings, which can contain scripts.
    pub const SVG: Self = Self(1 << 8);
    /// XML documents, which a style sheet can turn into a web page.
    pub const XML: Self = Self(1 << 9);
    /// Scripts that a browser, a server or a shell would execute.
    pub const SCRIPT: Self = Self(1 << 10);
    /// Programs and their packages.
    pub const EXECUTABLE: Self = Self(1 << 11);
    /// All other kinds of files.
    pub const OTHER: Self = Self(1 << 12);
    /// Everything that neither a browser nor a server nor a computer would execute. This is the
    /// default of a file field.
    pub const HARMLESS: Self = Self(0x7F | (1 << 12));

    /// Whether this set contains every kind of `other`.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a browser, a server or a computer would execute files of one of these kinds.
    pub const fn is_active(self) -> bool {
        self.0 & !Self::HARMLESS.0 != 0
    }

    /// Returns the kind of files with this extension, in lower case and without its dot.
    pub fn of_extension(extension: &str) -> Self {
        KINDS
            .iter()
            .find(|kind| kind.extensions.contains(&extension))
            .map_or(Self::OTHER, |kind| kind.kind)
    }

    /// Whether a file of this single kind may have the declared content type `declared`. Browsers
    /// derive the type from the file name, with different results, so only a type of a completely
    /// different kind is refused.
    pub fn may_be_declared(self, declared: &str) -> bool {
        let declared = declared
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let is_of = |kind: &Listed| {
            kind.types.iter().any(|known| {
                if known.ends_with(['/', '.']) {
                    declared.starts_with(known)
                } else {
                    declared == *known
                }
            })
        };
        if NO_TYPE.contains(&declared.as_str()) {
            return true;
        }
        let active = KINDS
            .iter()
            .find(|kind| kind.kind.is_active() && is_of(kind));
        match KINDS.iter().find(|kind| kind.kind == self) {
            Some(kind) if self.is_active() => active.is_none_or(|active| active.kind == kind.kind),
            Some(kind) => active.is_none() && is_of(kind),
            None => active.is_none(),
        }
    }

    /// Returns every extension of these kinds; empty if any extension is accepted.
    pub fn extensions(self) -> Vec<&'static str> {
        if self.contains(Self::OTHER) {
            return Vec::new();
        }
        let kinds = KINDS.iter().filter(|kind| self.contains(kind.kind));
        kinds
            .flat_map(|kind| kind.extensions.iter().copied())
            .collect()
    }

    /// Returns the value of the `accept` attribute of a file input; "" if any file is accepted.
    pub fn accept(self) -> String {
        // An iPhone converts a HEIC photo to JPEG if this lists JPEG instead of all images.
        let types = "image/jpeg,image/png,image/gif,image/webp,image/avif,image/bmp";
        let pictures = self.contains(Self::PICTURE).then(|| types.to_owned());
        let others = Self(self.0 & !Self::PICTURE.0)
            .extensions()
            .into_iter()
            .map(|extension| format!(".{extension}"));
        if self.contains(Self::OTHER) {
            return String::new();
        }
        pictures
            .into_iter()
            .chain(others)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Returns the names of the kinds for people: `PDF documents or plain texts`.
    pub fn names(self) -> String {
        if self == Self::HARMLESS {
            return "any file except web pages, drawings, scripts and programs".to_owned();
        }
        if self.contains(Self::OTHER) {
            return "any file".to_owned();
        }
        let names: Vec<&str> = KINDS
            .iter()
            .filter(|kind| self.contains(kind.kind))
            .map(|kind| kind.name)
            .collect();
        match names.as_slice() {
            [] => "no files".to_owned(),
            [one] => (*one).to_owned(),
            [before @ .., last] => format!("{} or {last}", before.join(", ")),
        }
    }
}

impl BitOr for FileKinds {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for FileKinds {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_derived_from_the_extension_and_active_kinds_are_not_harmless() {
        assert_eq!(FileKinds::of_extension("pdf"), FileKinds::PDF);
        assert_eq!(FileKinds::of_extension("dwg"), FileKinds::OTHER);
        for extension in ["html", "svg", "xml", "js", "exe", "php"] {
            assert!(
                FileKinds::of_extension(extension).is_active(),
                "{extension} should count as active"
            );
            assert!(
                !FileKinds::HARMLESS.contains(FileKinds::of_extension(extension)),
                "{extension} is not harmless"
            );
        }
        let some = FileKinds::PDF | FileKinds::TEXT;
        assert_eq!(some.names(), "PDF documents or plain texts");
        assert_eq!(some.accept(), ".pdf,.csv,.log,.md,.text,.tsv,.txt");
        assert_eq!(FileKinds::HARMLESS.accept(), "", "any file can be chosen");
    }

    #[test]
    fn a_declared_type_must_match_the_kind_or_be_generic() {
        let agrees = |kind: FileKinds, declared: &str| kind.may_be_declared(declared);
        assert!(
            agrees(FileKinds::PDF, "application/pdf")
                && agrees(FileKinds::PDF, "application/octet-stream")
        );
        assert!(agrees(FileKinds::TEXT, "text/csv; charset=utf-8") && agrees(FileKinds::TEXT, ""));
        assert!(
            agrees(FileKinds::OTHER, "application/acad") && agrees(FileKinds::HTML, "text/html")
        );
        assert!(
            !agrees(FileKinds::PDF, "image/png"),
            "a PDF document is not a picture"
        );
        assert!(
            !agrees(FileKinds::TEXT, "text/html"),
            "a plain text is not a web page"
        );
        assert!(
            !agrees(FileKinds::PICTURE, "image/svg+xml"),
            "a picture is no SVG drawing"
        );
        assert!(
            !agrees(FileKinds::OTHER, "text/javascript"),
            "a script is of the kind SCRIPT"
        );
    }
}
