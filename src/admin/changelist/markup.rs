//! Builds HTML by hand, because a list consists of thousands of small pieces.

use std::fmt;

use crate::http::assets::ICONS_SVG;

/// HTML that is already escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::admin) struct Markup(pub(in crate::admin) String);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::FastWritable for Markup {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        dest.write_str(&self.0).map_err(Into::into)
    }
}

impl askama::filters::HtmlSafe for Markup {}

impl Markup {
    /// Appends HTML.
    pub(in crate::admin) fn raw(&mut self, html: &str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    /// Appends text, escaped.
    pub(in crate::admin) fn text(&mut self, text: &str) -> &mut Self {
        if is_plain(text.as_bytes()) {
            return self.raw(text);
        }
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'&' => "&#38;",
                b'<' => "&#60;",
                b'>' => "&#62;",
                b'"' => "&#34;",
                b'\'' => "&#39;",
                _ => continue,
            };
            self.0.push_str(&text[from..at]);
            self.0.push_str(escaped);
            from = at + 1;
        }
        self.0.push_str(&text[from..]);
        self
    }

    /// Appends the display of `value`, which must not contain special characters of HTML.
    pub(in crate::admin) fn plain(&mut self, value: impl fmt::Display) -> &mut Self {
        use fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{value}");
        self
    }

    /// Appends an integer.
    pub(in crate::admin) fn number(&mut self, number: impl itoa::Integer) -> &mut Self {
        self.raw(itoa::Buffer::new().format(number))
    }

    /// Appends an icon of the sprite.
    pub(in crate::admin) fn icon(&mut self, name: &str, classes: &str) -> &mut Self {
        self.raw("<svg class=\"icon")
            .raw(classes)
            .raw("\" aria-hidden=\"true\"><use href=\"")
            .raw(ICONS_SVG);
        self.raw("#").raw(name).raw("\"/></svg>")
    }
}

/// Whether `text` needs no escaping, which is nearly always true. A list has thousands of texts, so
/// this checks eight bytes at once.
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const fn all(byte: u8) -> u64 {
        byte as u64 * ONES
    }
    // The high bit of each byte that is zero (and perhaps of bytes after it).
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & all(0x80);
    // `&` and `'` differ in one bit, as do `<` and `>`.
    let of_word = |word: u64| {
        zeros((word | all(1)) ^ all(b'\''))
            | zeros((word | all(2)) ^ all(b'>'))
            | zeros(word ^ all(b'"'))
            == 0
    };
    let of_byte = |byte: u8| !matches!(byte, b'&' | b'\'' | b'<' | b'>' | b'"');
    let (words, rest) = text.as_chunks::<8>();
    words.iter().all(|word| of_word(u64::from_ne_bytes(*word)))
        && match text.last_chunk::<8>() {
            Some(last) => of_word(u64::from_ne_bytes(*last)),
            None => rest.iter().all(|byte| of_byte(*byte)),
        }
}

#[cfg(test)]
mod tests {
    use super::{Markup, is_plain};

    #[test]
    fn every_byte_to_escape_is_found_at_every_position() {
        for length in 0..30 {
            for at in 0..length {
                for byte in 0..=0xFF {
                    let mut text = vec![b'a'; length];
                    text[at] = byte;
                    assert_eq!(
                        is_plain(&text),
                        !b"&'<>\"".contains(&byte),
                        "{byte} at {at} of {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn text_is_escaped() {
        let mut html = Markup::default();
        html.raw("<b>").text("<i a=\"1\" b='2'>é & ü</i>");
        assert_eq!(
            html.0,
            "<b>&#60;i a=&#34;1&#34; b=&#39;2&#39;&#62;é &#38; ü&#60;/i&#62;"
        );
    }
}
