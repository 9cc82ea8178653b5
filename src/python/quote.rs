//! Percent-encoding.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// The characters that `quote(text, safe="")` escapes.
const ALL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const EXCEPT_SLASHES: &AsciiSet = &ALL.remove(b'/');
/// The characters that a URI must not contain.
const NOT_IN_URIS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Percent-encodes `text` like Python's `quote`: letters, digits and `-_.~/` stay as they are.
pub fn quote(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, EXCEPT_SLASHES)
}

/// Percent-encodes `text` like Python's `quote(text, safe="")`: slashes too.
pub fn quote_all(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, ALL)
}

/// Appends `text` to `query` like Python's `quote_plus`, which `urlencode` uses: a space becomes
/// `+`.
pub fn quote_plus_onto(query: &mut String, text: &str) {
    for (at, part) in text.split(' ').enumerate() {
        if at > 0 {
            query.push('+');
        }
        query.extend(quote_all(part));
    }
}

/// Percent-encodes the characters that a URI must not contain, as Django's `iri_to_uri` does.
pub fn iri_to_uri(iri: &str) -> PercentEncode<'_> {
    utf8_percent_encode(iri, NOT_IN_URIS)
}
