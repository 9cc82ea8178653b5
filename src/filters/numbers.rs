//! Numbers for people.

use bigdecimal::{BigDecimal, RoundingMode};

/// Puts a comma after each three digits before the point (`django.contrib.humanize.intcomma`).
pub(crate) fn with_commas(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let whole = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(whole);
    let mut text = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// Rounds half up to `places` decimal places (Django's `floatformat`). With a negative number of places, a whole number has
/// none. A text that is not a number becomes "".
pub(super) fn rounded(number: &str, places: i32) -> String {
    let Ok(number) = number.trim().parse::<BigDecimal>() else {
        return String::new();
    };
    let wanted = i64::from(places.unsigned_abs());
    let is_whole = number == number.with_scale(0);
    let wanted = if places < 0 && is_whole { 0 } else { wanted };
    let rounded = number.with_scale_round(wanted, RoundingMode::HalfUp);
    let text = rounded.to_plain_string();
    // Django shows no minus before a zero.
    if text.starts_with('-') && text.chars().all(|c| matches!(c, '-' | '0' | '.')) {
        return text[1..].to_owned();
    }
    text
}
