//! Adds the path of `FORCE_SCRIPT_NAME` to the URLs of a page.

use std::borrow::Cow;

/// HTML attributes that hold a URL, including our own attributes that scripts use.
const URL_ATTRIBUTES: [&[u8]; 10] = [
    b"href",
    b"src",
    b"action",
    b"formaction",
    b"poster",
    b"data",
    b"data-href-template",
    b"data-autocomplete-url",
    b"data-url",
    b"data-href",
];

/// Returns `url` with `prefix` before its path; `None` if `url` is not an absolute path, or has the
/// prefix already.
pub(crate) fn with_prefix(url: &str, prefix: &str) -> Option<String> {
    needs_prefix(url.as_bytes(), prefix.as_bytes()).then(|| format!("{prefix}{url}"))
}

/// Returns `url`, which may be an absolute path, with `script_name` before it: for URLs inside of JSON. HTML needs no help.
pub fn with_script_name<'a>(url: &'a str, script_name: &str) -> Cow<'a, str> {
    with_prefix(url, script_name).map_or(Cow::Borrowed(url), Cow::Owned)
}

fn needs_prefix(url: &[u8], prefix: &[u8]) -> bool {
    let is_rooted = url.first() == Some(&b'/') && !matches!(url.get(1), Some(b'/' | b'\\'));
    let has_prefix = url.strip_prefix(prefix).is_some_and(|rest| {
        matches!(
            rest.first(),
            None | Some(b'/' | b'?' | b'#' | b'"' | b'\'' | b'&')
        )
    });
    is_rooted && !has_prefix
}

/// Returns the page with `prefix` before each absolute path in an attribute.
///
/// Askama escapes quotes in user input, so `href="/` in a page is always markup.
pub(crate) fn with_prefix_in_html(html: &[u8], prefix: &str) -> Vec<u8> {
    let prefix = prefix.as_bytes();
    let mut written = Vec::with_capacity(html.len() + html.len() / 16);
    let mut copied = 0;
    for (at, _) in html
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] == b'=' && matches!(pair[1], b'"' | b'\''))
    {
        let value = at + 2;
        if value < copied {
            continue;
        }
        let name = attribute_before(html, at);
        if name == b"srcset" || name == b"imagesrcset" {
            let end = html[value..]
                .iter()
                .position(|byte| *byte == html[at + 1])
                .map_or(html.len(), |end| value + end);
            written.extend_from_slice(&html[copied..value]);
            prefix_srcset(&html[value..end], prefix, &mut written);
            copied = end;
        } else if URL_ATTRIBUTES.contains(&name) && needs_prefix(&html[value..], prefix) {
            written.extend_from_slice(&html[copied..value]);
            written.extend_from_slice(prefix);
            copied = value;
        }
    }
    written.extend_from_slice(&html[copied..]);
    written
}

/// Returns the name of the attribute that ends before `end`; empty if there is not a whole
/// attribute name.
fn attribute_before(html: &[u8], end: usize) -> &[u8] {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':');
    let start = html[..end]
        .iter()
        .rposition(|byte| !is_name(byte))
        .map_or(0, |before| before + 1);
    let stands_alone = start > 0 && html[start - 1].is_ascii_whitespace();
    if stands_alone { &html[start..end] } else { b"" }
}

/// Writes `/media/a.png 1x, /media/b.png 2x` with the prefix before each URL.
fn prefix_srcset(candidates: &[u8], prefix: &[u8], written: &mut Vec<u8>) {
    for (at, candidate) in candidates.split(|byte| *byte == b',').enumerate() {
        if at > 0 {
            written.push(b',');
        }
        let start = candidate
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())
            .unwrap_or(candidate.len());
        written.extend_from_slice(&candidate[..start]);
        if needs_prefix(&candidate[start..], prefix) {
            written.extend_from_slice(prefix);
        }
        written.extend_from_slice(&candidate[start..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_from_the_root_get_the_prefix_once() {
        let prefixed = |url: &str| with_prefix(url, "/shop");
        assert_eq!(prefixed("/"), Some("/shop/".to_owned()));
        assert_eq!(
            prefixed("/products/?page=2"),
            Some("/shop/products/?page=2".to_owned())
        );
        assert_eq!(prefixed("/shopping/"), Some("/shop/shopping/".to_owned()));
        for url in [
            "/shop",
            "/shop/",
            "/shop?x=1",
            "//elsewhere.example/",
            "/\\elsewhere.example/",
            "",
            "?page=2",
            "products/",
            "#top",
        ] {
            assert_eq!(prefixed(url), None, "{url:?} must stay as it is");
        }
    }

    #[test]
    fn only_attributes_of_a_page_get_the_prefix() {
        let html = r##"<a href="/x/">/x/ =&#34;/y/</a><form action='/y/'><input value="/z/" name=q><img src="/media/a b.png"
            srcset="/media/a.png 1x, //cdn.example/b.png 2x"><a data-href-template="/admin/__fk__/" href="#top">a="/b"</a>
            <a href="/shop/x/"><use href="/static/i.svg#a"/><a hreflang="/en"><a href="//elsewhere.example/">"##;
        let expected = r##"<a href="/shop/x/">/x/ =&#34;/y/</a><form action='/shop/y/'><input value="/z/" name=q><img src="/shop/media/a b.png"
            srcset="/shop/media/a.png 1x, //cdn.example/b.png 2x"><a data-href-template="/shop/admin/__fk__/" href="#top">a="/b"</a>
            <a href="/shop/x/"><use href="/shop/static/i.svg#a"/><a hreflang="/en"><a href="//elsewhere.example/">"##;
        let prefixed = with_prefix_in_html(html.as_bytes(), "/shop");
        assert_eq!(String::from_utf8(prefixed).unwrap(), expected);
    }
}
