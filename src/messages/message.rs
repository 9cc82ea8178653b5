//! One message.

use askama::filters::{Html, Safe, escape};

use crate::models::bidi;

/// How weighty a message is; any number counts, these have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(pub i64);

impl Level {
    /// For developers; not shown by default.
    pub const DEBUG: Self = Self(10);
    /// Something to know.
    pub const INFO: Self = Self(20);
    /// It worked.
    pub const SUCCESS: Self = Self(25);
    /// It worked, but.
    pub const WARNING: Self = Self(30);
    /// It did not work.
    pub const ERROR: Self = Self(40);

    /// The CSS class of a level with a name, else empty.
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
    /// How weighty.
    pub level: Level,
    /// What it says.
    pub text: String,
    /// More CSS classes.
    pub extra_tags: Option<String>,
    /// The text is HTML that is shown as it is.
    pub safe: bool,
}

impl Message {
    /// A plain text.
    pub fn new(level: Level, text: impl Into<String>) -> Self {
        Self {
            level,
            text: text.into(),
            extra_tags: None,
            safe: false,
        }
    }

    /// A text in which `name` leads to `url`.
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

    /// The text as HTML. A quoted name in a script from right to left keeps its own direction.
    pub fn html(&self) -> Safe<String> {
        Safe(bidi::mark_quoted(if self.safe {
            self.text.clone()
        } else {
            escaped(&self.text)
        }))
    }

    /// The same, as a sentence of its own: what begins with the name of a model does not begin with a capital.
    pub fn sentence(&self) -> Safe<String> {
        let mut html = self.html().0;
        if let Some(first) = html.chars().next().filter(|first| first.is_lowercase()) {
            html.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        Safe(html)
    }

    /// The CSS classes: the extra ones, then the level's.
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
    fn tags_are_djangos() {
        let mut message = Message::new(Level::SUCCESS, "Saved");
        assert_eq!(message.tags(), "success");
        message.extra_tags = Some("big".to_owned());
        assert_eq!(message.tags(), "big success");
        message.level = Level(35);
        assert_eq!(message.tags(), "big");
        assert!(Level::WARNING < Level(35) && Level(35) < Level::ERROR);
    }
}
