//! One message.

use askama::filters::{Html, Safe, escape};

use crate::models::bidi;

/// The severity of a message. Any number is allowed; these constants are Django's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(pub i64);

impl Level {
    /// For developers; not shown by default.
    pub const DEBUG: Self = Self(10);
    /// Information.
    pub const INFO: Self = Self(20);
    /// An action succeeded.
    pub const SUCCESS: Self = Self(25);
    /// An action succeeded, and needs attention.
    pub const WARNING: Self = Self(30);
    /// An action failed.
    pub const ERROR: Self = Self(40);

    /// Returns the CSS class of a named level, else "".
    pub const fn tag(self) -> &'static str {
        match self {
            Self::DEBUG => "debug",
            Self::INFO => "info",
            Self::SUCCESS => "success",
            Self::WARNING => "warning",
            Self::ERROR => "error",
            _ => "",
        }
    }
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The severity.
    pub level: Level,
    /// The text for the visitor.
    pub text: String,
    /// Additional CSS classes.
    pub extra_tags: Option<String>,
    /// Whether the text is HTML, which is shown without escaping.
    pub safe: bool,
}

impl Message {
    /// Creates a message with plain text.
    pub fn new(level: Level, text: impl Into<String>) -> Self {
        Self {
            level,
            text: text.into(),
            extra_tags: None,
            safe: false,
        }
    }

    /// Creates a message in which `name` is a link to `url`.
    pub fn linked(level: Level, before: &str, (name, url): (&str, &str), after: &str) -> Self {
        let [before, name, url, after] = [before, name, url, after].map(escaped);
        let text = format!("{before}<a href=\"{url}\">{name}</a>{after}");
        Self {
            level,
            text,
            extra_tags: None,
            safe: true,
        }
    }

    /// Returns the text as HTML. A quoted name in a right-to-left script keeps its own direction.
    pub fn html(&self) -> Safe<String> {
        Safe(bidi::mark_quoted(if self.safe {
            self.text.clone()
        } else {
            escaped(&self.text)
        }))
    }

    /// Returns the text as HTML with a capital first letter: a text may begin with the name of a
    /// model in lower case.
    pub fn sentence(&self) -> Safe<String> {
        let mut html = self.html().0;
        if let Some(first) = html.chars().next().filter(|first| first.is_lowercase()) {
            html.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        Safe(html)
    }

    /// Returns the CSS classes: the additional ones, then the level's.
    pub fn tags(&self) -> String {
        let tags = [
            self.extra_tags.as_deref().unwrap_or_default(),
            self.level.tag(),
        ];
        tags.into_iter()
            .filter(|tag| !tag.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn escaped(text: &str) -> String {
    escape(text, Html)
        .map(|text| text.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_messages_are_html() {
        assert_eq!(
            Message::new(Level::INFO, "<b>").html().to_string(),
            "&#60;b&#62;"
        );
        let linked = Message::linked(Level::INFO, "The “", ("<i>", "/a/?b&c"), "” & co");
        assert_eq!(
            linked.html().to_string(),
            "The “<a href=\"/a/?b&#38;c\">&#60;i&#62;</a>” &#38; co"
        );
    }

    #[test]
    fn tags_equal_djangos() {
        let mut message = Message::new(Level::SUCCESS, "Saved");
        assert_eq!(message.tags(), "success");
        message.extra_tags = Some("big".to_owned());
        assert_eq!(message.tags(), "big success");
        message.level = Level(35);
        assert_eq!(message.tags(), "big");
        assert!(Level::WARNING < Level(35) && Level(35) < Level::ERROR);
    }
}
