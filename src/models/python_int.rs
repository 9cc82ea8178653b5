//! Whole numbers as Python reads them.

use super::ascii_digits;

/// The number that Python's `int()` reads.
pub(super) enum Whole {
    /// A number of 64 bits.
    Number(i64),
    /// A number beyond 64 bits; whether it is positive.
    Huge(bool),
}

/// The number of Python's `int(text)`.
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

/// The number of Python's `int(text)`; the nearest one of 64 bits if it is beyond them.
pub fn python_int(text: &str) -> Option<i64> {
    match whole(text)? {
        Whole::Number(number) => Some(number),
        Whole::Huge(true) => Some(i64::MAX),
        Whole::Huge(false) => Some(i64::MIN),
    }
}

/// The number of Python's `int(text)`; `None` for a number beyond 64 bits.
pub(super) fn int(text: &str) -> Option<i64> {
    match whole(text)? {
        Whole::Number(number) => Some(number),
        Whole::Huge(_) => None,
    }
}
