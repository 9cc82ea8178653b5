//! The names of new projects and apps.

use crate::error::{Error, Result};

/// The thing that a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Project,
    App,
}

impl Named {
    /// Returns the word with its article.
    fn with_article(self) -> &'static str {
        match self {
            Self::Project => "a project",
            Self::App => "an app",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::App => "app",
        }
    }
}

/// Words of Rust, which cannot be names of modules.
const KEYWORDS: [&str; 53] = [
    "Self", "_", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates and modules that a new module would hide.
const TAKEN: [&str; 13] = [
    "alloc",
    "askama",
    "assets",
    "build",
    "core",
    "diesel",
    "lib",
    "main",
    "nuages",
    "nuages_build",
    "std",
    "test",
    "tests",
];

/// Fails if `name` cannot be the name of a project or an app, with Django's messages.
pub(super) fn validate(name: &str, of: Named) -> Result<()> {
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    let continues = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.starts_with(begins) || !name.chars().all(continues) || KEYWORDS.contains(&name) {
        return Err(Error::command(format!(
            "'{name}' is not a valid {} name. Please make sure the name is a valid identifier.",
            of.word()
        )));
    }
    if TAKEN.contains(&name) {
        return Err(Error::command(format!(
            "'{name}' conflicts with the name of an existing Rust module and cannot be used as {} name. Please try \
             another name.",
            of.with_article()
        )));
    }
    Ok(())
}

/// Returns the name for people: `my_site` is "My site".
pub(super) fn title(name: &str) -> String {
    let words = name.trim_matches('_').replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(
        || name.to_owned(),
        |first| first.to_ascii_uppercase().to_string() + letters.as_str(),
    )
}

#[cfg(test)]
mod tests {
    use super::{Named, title, validate};

    #[test]
    fn a_name_that_is_not_an_identifier_is_refused_in_djangos_words() {
        for name in [
            "", "7up", "my-site", "my site", "../x", "a.b", "type", "größe", "_",
        ] {
            let error = validate(name, Named::Project).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "'{name}' is not a valid project name. Please make sure the name is a valid identifier."
                )
            );
        }
        let error = validate("main", Named::App).unwrap_err().to_string();
        assert!(
            error.starts_with("'main' conflicts with the name of an existing Rust module")
                && error.contains("cannot be used as an app name. Please try another name."),
            "{error}"
        );
        for name in ["mysite", "my_site2", "_x", "Shop"] {
            assert!(validate(name, Named::App).is_ok(), "{name}");
        }
    }

    #[test]
    fn titles_are_words() {
        assert_eq!(title("my_site"), "My site");
        assert_eq!(title("shop"), "Shop");
    }
}
