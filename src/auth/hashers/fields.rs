//! Parts of encoded hashes that all algorithms read or show.

/// Returns the first six characters of `text`, followed by a star for each further one (Django's
/// `mask_hash`).
pub(super) fn masked(text: &str) -> String {
    text.chars()
        .enumerate()
        .map(|(at, c)| if at < 6 { c } else { '*' })
        .collect()
}

/// Parses a number as Python prints it: digits without a sign or leading zeros.
pub(super) fn number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
