//! Whole numbers.

use super::ascii_digits;

/// The largest number of digits that Python's `int` accepts: parsing more takes too long.
const MAX_DIGITS: usize = 4300;

/// Parses `text` as Python's `int(text)` does: white space around the number, digits of any
/// script, and single underscores between digits are accepted. Returns `None` if Python raises
/// `ValueError`, and the largest or smallest `i128` for a number beyond them.
pub fn int(text: &str) -> Option<i128> {
    // `int` does not count the separators U+001C to U+001F as white space, unlike `str.strip`.
    let number = ascii_digits(text.trim());
    let (is_negative, digits) = match number.as_bytes().first()? {
        b'-' => (true, &number[1..]),
        b'+' => (false, &number[1..]),
        _ => (false, number.as_str()),
    };

    let digits = without_underscores(digits)?;
    if digits.len() > MAX_DIGITS {
        return None;
    }

    let size: i128 = digits.parse().unwrap_or(i128::MAX);
    Some(if is_negative { -size } else { size })
}

/// Parses `text` like [`int`]; a number beyond an `i64` becomes the largest or smallest `i64`.
pub fn int_within_i64(text: &str) -> Option<i64> {
    let number = int(text)?.clamp(i64::MIN.into(), i64::MAX.into());
    i64::try_from(number).ok()
}

/// Returns the digits, or `None` if something else is between them than single underscores.
fn without_underscores(digits: &str) -> Option<String> {
    let is_group =
        |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .split('_')
        .all(is_group)
        .then(|| digits.replace('_', ""))
}
