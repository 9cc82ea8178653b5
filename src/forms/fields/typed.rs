//! The submitted or initial texts of a field.

use std::borrow::Cow;

/// The texts of a field's controls: usually one, none for a box that is not ticked, date and time
/// for a moment, and one for each choice of several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed(pub Vec<String>);

impl Typed {
    /// Creates a single text.
    pub fn one(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// Creates the text of a check box: `on` if it is ticked, else no text.
    pub fn ticked(is_ticked: bool) -> Self {
        Self(is_ticked.then(|| "on".to_owned()).into_iter().collect())
    }

    /// Returns the first text, or "".
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Returns the second text, or "".
    pub fn second(&self) -> &str {
        self.0.get(1).map_or("", String::as_str)
    }

    /// Whether both look the same in a form: browsers change line endings, and an empty control may
    /// send an empty text or nothing.
    pub fn reads_as(&self, other: &Self) -> bool {
        (self.is_empty() && other.is_empty())
            || (self.0.len() == other.0.len()
                && self
                    .0
                    .iter()
                    .zip(&other.0)
                    .all(|(one, two)| plain(one) == plain(two)))
    }

    /// Whether all texts are empty.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }
}

/// Returns the text as a browser sends it back, with normalized line endings.
pub(in crate::forms) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(['\r', '\0']) {
        Cow::Owned(
            text.replace("\r\n", "\n")
                .replace('\r', "\n")
                .replace('\0', "\u{fffd}"),
        )
    } else {
        Cow::Borrowed(text)
    }
}
