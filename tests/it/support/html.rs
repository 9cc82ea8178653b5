//! A minimal HTML parser for this site's own pages.

/// A tag, or the text before the first tag.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    /// `input`, `/select`.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// The text between this tag and the next.
    pub(super) text: String,
}

impl Tag {
    /// Returns an attribute's value, "" for an attribute without a value.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// Returns every tag, in order, except inside a `<template>` or a comment.
pub(super) fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut templates = 0_u32;
    for part in html.split('<').skip(1) {
        let Some(end) = end_of_tag(part) else {
            continue;
        };
        let (inside, text) = (&part[..end], &part[end + 1..]);
        let (name, rest) = inside
            .split_once(char::is_whitespace)
            .unwrap_or((inside, ""));
        match name {
            "template" => templates += 1,
            "/template" => templates -= 1,
            _ if name.starts_with('!') || templates > 0 => {}
            _ => found.push(Tag {
                name: name.to_lowercase(),
                attributes: attributes(rest),
                text: unescape(text),
            }),
        }
    }
    found
}

/// Returns the position of the first `>` outside quotes.
fn end_of_tag(part: &str) -> Option<usize> {
    let mut quote = None;
    part.char_indices().find_map(|(at, c)| match (quote, c) {
        (None, '>') => Some(at),
        (None, '"' | '\'') => {
            quote = Some(c);
            None
        }
        (Some(open), c) if open == c => {
            quote = None;
            None
        }
        _ => None,
    })
}

fn attributes(mut text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start().trim_end_matches('/');
        let end = text
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(text.len());
        if end == 0 {
            return found;
        }
        let name = text[..end].to_lowercase();
        text = &text[end..];
        let mut value = "";
        if let Some(rest) = text.strip_prefix('=') {
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, text) = match quote {
                Some(quote) => rest[1..].split_once(quote).unwrap(),
                None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
            };
        }
        found.push((name, unescape(value)));
    }
}

/// Returns the text that a visitor reads.
pub(super) fn words(html: &str) -> String {
    let text: String = tags(html).into_iter().map(|tag| tag.text + " ").collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let known = after
            .split_once(';')
            .and_then(|(name, behind)| character(name).map(|c| (c, behind)));
        if let Some((c, behind)) = known {
            plain.push(c);
            rest = behind;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain + rest
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => ' ',
        "hellip" => '…',
        "ndash" => '–',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[test]
fn tags_and_texts_are_read_as_written() {
    let tags = tags(
        r#"<p>a &lt; b<input name="x" value='1 > "0"' checked disabled=x><template><p></template></p>"#,
    );
    assert_eq!(
        tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(),
        ["p", "input", "/p"]
    );
    assert_eq!(tags[0].text, "a < b");
    assert_eq!(tags[1].get("value").unwrap(), "1 > \"0\"");
    assert!(
        tags[1].has("checked") && tags[1].get("disabled").unwrap() == "x" && !tags[1].has("type")
    );
    assert_eq!(
        words("<p>It&#x27;s <b>1</b>\n of&nbsp;2</p>"),
        "It's 1 of 2"
    );
}
