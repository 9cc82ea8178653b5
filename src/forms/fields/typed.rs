//! The texts that a form holds for one field.

use std::borrow::Cow;

/// The texts of one field's controls: one of most, none of a box that is not ticked, date and time of a point in time, and
/// each of what was chosen of many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed(pub Vec<String>);

impl Typed {
    /// One text.
    pub fn one(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// The text of a box: `on` if it is ticked, else none at all.
    pub fn ticked(is_ticked: bool) -> Self {
        Self(is_ticked.then(|| "on".to_owned()).into_iter().collect())
    }

    /// The first text, or "".
    pub fn first(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The second text, or "".
    pub fn second(&self) -> &str {
        self.0.get(1).map_or("", String::as_str)
    }

    /// Whether both are the same to someone who reads a form: browsers write line ends in their own way, and a control that
    /// is empty may send an empty text or nothing.
    pub fn reads_as(&self, other: &Self) -> bool {
        (self.is_empty() && other.is_empty())
            || (self.0.len() == other.0.len()
                && self
                    .0
                    .iter()
                    .zip(&other.0)
                    .all(|(one, two)| plain(one) == plain(two)))
    }

    /// Whether every text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(String::is_empty)
    }
}

/// The text as a browser sends it back, with plain line ends.
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
