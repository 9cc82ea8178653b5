//! Texts: their beginning, their slug, and the links in them.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

/// The character for text that is cut off.
const ELLIPSIS: char = '…';

/// Returns the first `length` characters, the last of which is an ellipsis if the text is longer (Django's
/// `truncatechars`).
pub(super) fn first_characters(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let mut start: String = text.chars().take(length.saturating_sub(1)).collect();
    start.push(ELLIPSIS);
    start
}

/// Returns the first `count` words, and " …" if the text has more (Django's `truncatewords`).
pub(super) fn first_words(text: &str, count: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= count {
        return words.join(" ");
    }
    format!("{} {ELLIPSIS}", words[..count].join(" "))
}

/// Returns a text of `a-z`, `0-9`, `_` and `-` (Django's `slugify`).
pub(super) fn slug(text: &str) -> String {
    let ascii: String = text.nfkd().filter(char::is_ascii).collect();
    let mut slug = String::new();
    for letter in ascii.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' | '_' => slug.push(letter),
            '-' if !slug.ends_with('-') => slug.push('-'),
            letter if letter.is_whitespace() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}

/// Removes tags of HTML, and repeats that while it removes something, so that the rest has no tag (Django's `strip_tags`).
pub(super) fn without_tags(text: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)<!--.*?-->|</?[a-zA-Z!?][^>]*>").expect("the pattern is right")
    });
    let mut text = text.to_owned();
    loop {
        let stripped = TAG.replace_all(&text, "").into_owned();
        if stripped == text {
            return text;
        }
        text = stripped;
    }
}

/// Escapes a text, and makes links of `https://…`, `www.…` and mail addresses (Django's `urlize`).
pub(super) fn with_links(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)\b(?:https?://|www\.)[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"#)
            .expect("the pattern is right")
    });
    let mut html = String::with_capacity(text.len() + 64);
    let mut rest = 0;
    for found in ADDRESS.find_iter(text) {
        let address = without_punctuation(found.as_str());
        let end = found.start() + address.len();
        push_escaped(&mut html, &text[rest..found.start()]);
        let (target, rel) = match address {
            _ if address.contains("://") => (address.to_owned(), " rel=\"nofollow\""),
            _ if address.contains('@') => (format!("mailto:{address}"), ""),
            // As in Django before 7.0.
            _ => (format!("http://{address}"), " rel=\"nofollow\""),
        };
        html.push_str("<a href=\"");
        push_escaped(&mut html, &target);
        html.push('"');
        html.push_str(rel);
        html.push('>');
        push_escaped(&mut html, address);
        html.push_str("</a>");
        rest = end;
    }
    push_escaped(&mut html, &text[rest..]);
    html
}

/// Removes the punctuation after an address, and a bracket that it does not open.
fn without_punctuation(address: &str) -> &str {
    let mut address = address;
    loop {
        let shorter = address.trim_end_matches(['.', ',', ':', ';', '!', '?', '*', '_']);
        let is_closed = |open: char, close: char| {
            shorter.ends_with(close)
                && shorter.matches(close).count() > shorter.matches(open).count()
        };
        let shorter = if is_closed('(', ')') || is_closed('[', ']') {
            &shorter[..shorter.len() - 1]
        } else {
            shorter
        };
        if shorter == address {
            return address;
        }
        address = shorter;
    }
}

fn push_escaped(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            letter => html.push(letter),
        }
    }
}
