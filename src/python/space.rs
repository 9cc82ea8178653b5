//! White space.

/// Whether Python's `str.isspace` counts `c` as white space.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// Returns `text` without white space at both ends, as Python's `str.strip` does.
pub fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}
