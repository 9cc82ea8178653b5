//! Parses integers like Python.

use super::ascii_digits;

/// An integer that Python's `int()` accepts.
pub(super) enum Whole {
    /// A number of 64 bits.
    Number(i64),
    /// A number beyond 64 bits; `true` if it is positive.
    Huge(bool),
}

/// Returns the number of Python's `int(text)`.
pub(super) fn whole(text: &str) -> Option<Whole> {
    let text = ascii_digits(text.trim());
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let grouped = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    if digits.is_empty()
        || !grouped
        || !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    {
        return None;
    }

    let plain = text.replace('_', "");
    let number = plain.parse();
    Some(number.map_or_else(|_| Whole::Huge(!text.starts_with('-')), Whole::Number))
}

/// Returns Python's `int(text)`; a number beyond 64 bits becomes the nearest one.
pub fn python_int(text: &str) -> Option<i64> {
    match whole(text)? {
        Whole::Number(number) => Some(number),
        Whole::Huge(true) => Some(i64::MAX),
        Whole::Huge(false) => Some(i64::MIN),
    }
}

/// Returns Python's `int(text)`; `None` for a number beyond 64 bits.
pub(super) fn int(text: &str) -> Option<i64> {
    match whole(text)? {
        Whole::Number(number) => Some(number),
        Whole::Huge(_) => None,
    }
}
