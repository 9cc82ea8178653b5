//! Marks names and texts in right-to-left scripts, such as Hebrew and Arabic, on left-to-right
//! pages.
//!
//! A browser orders such a text by the direction of the text around it, so that its full stop
//! appears at the wrong end. An element with `dir="auto"` takes the direction of its own text.
//! These functions are for texts within a sentence, for texts that cannot be in their own element,
//! and for lists in which the attribute is written only where it is needed.

use std::borrow::Cow;

use askama::filters::{Html, Safe, escape};

/// Begins a part of a text with its own direction (Unicode's "first strong isolate").
const ISOLATE: char = '\u{2068}';
/// Ends that part ("pop directional isolate").
const POP: char = '\u{2069}';

/// Whether `text` contains a character of a right-to-left script.
pub fn is_rtl(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_rtl_char)
}

/// The blocks of right-to-left scripts in the Unicode Character Database (`DerivedBidiClass`: R and AL).
fn is_rtl_char(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

/// Returns `text` for use within a plain text: between isolating characters if it needs them. For
/// titles, labels and options, which cannot contain markup.
pub fn isolated(text: &str) -> Cow<'_, str> {
    if is_rtl(text) {
        Cow::Owned(format!("{ISOLATE}{text}{POP}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns the attribute of an element that contains only `text`: ` dir="auto"`, or "" for a
/// left-to-right text.
pub fn dir(text: &str) -> Safe<&'static str> {
    Safe(if is_rtl(text) { " dir=\"auto\"" } else { "" })
}

/// Returns `text` as HTML, in which each quoted part (“…”), a name that a user chose, has its own
/// direction.
pub fn marked(text: &str) -> Safe<String> {
    let html = escape(text, Html)
        .map(|text| text.to_string())
        .unwrap_or_default();
    Safe(mark_quoted(html))
}

/// Does the same as [`marked`] for a text that is HTML already.
pub fn mark_quoted(html: String) -> String {
    if !is_rtl(&html) {
        return html;
    }
    let mut marked = String::with_capacity(html.len() + 64);
    let mut depth = 0_usize;
    for c in html.chars() {
        match c {
            '“' => {
                marked.push(c);
                if depth == 0 {
                    marked.push_str("<bdi dir=\"auto\">");
                }
                depth += 1;
            }
            '”' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    marked.push_str("</bdi>");
                }
                marked.push(c);
            }
            c => marked.push(c),
        }
    }
    // Unmatched quotes belong to a name: then mark nothing.
    if depth == 0 { marked } else { html }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_from_right_to_left_are_marked() {
        assert_eq!(
            isolated("Lamp, 3 × “Ärzte”."),
            "Lamp, 3 × “Ärzte”.",
            "left to right stays as it is"
        );
        assert_eq!(
            isolated("כיסא."),
            "\u{2068}כיסא.\u{2069}",
            "Hebrew is isolated"
        );
        assert_eq!(
            dir("Lamp").0,
            "",
            "no attribute for a text from left to right"
        );
        assert_eq!(dir("مرحبا").0, " dir=\"auto\"", "Arabic gets the attribute");
    }

    #[test]
    fn quoted_names_have_their_own_direction() {
        let text = "The tag “כיסא <.>” was added.";
        let html = "The tag “<bdi dir=\"auto\">כיסא &#60;.&#62;</bdi>” was added.";
        assert_eq!(marked(text).0, html, "the name is escaped and marked");
        let nested = marked("The tag “כיסא “a” b” was added.").0;
        assert_eq!(
            nested, "The tag “<bdi dir=\"auto\">כיסא “a” b</bdi>” was added.",
            "quotes inside a name belong to it"
        );
        assert_eq!(
            marked("The tag “כיסא “ was added.").0,
            "The tag “כיסא “ was added.",
            "quotes that do not match"
        );
    }
}
