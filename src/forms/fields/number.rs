//! Parses numbers like Python.

use super::bounds::{at_least, at_most};
use crate::db::{Decimal, Kind};
use crate::models::{Field, FieldKind, Validator};
use crate::python::{ascii_digits, int, is_space, strip};
use crate::words::counted;

/// Returns the digits of `text` without the underscores that Python allows between them.
fn digits(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('_').collect();
    let fine = parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    fine.then(|| parts.concat())
}

fn signed(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// Returns an integer as Django's forms parse it: `7.0` is accepted.
pub(in crate::forms) fn whole(text: &str) -> Option<i128> {
    let before_space = text.trim_end_matches(is_space);
    match before_space.rsplit_once('.') {
        Some((before, zeros)) if zeros.bytes().all(|byte| byte == b'0') => int(before),
        _ => int(text),
    }
}

/// The parts of Python's `Decimal(text)`: a sign, digits without leading zeros, and the exponent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// Parses a text like Python's `Decimal(text)`; returns `None` if the number is invalid, not
/// finite, or extremely large.
pub(super) fn decimal_parts(text: &str) -> Option<Parts> {
    let text = ascii_digits(strip(text))
        .replace('_', "")
        .to_ascii_lowercase();
    let (negative, rest) = signed(&text);
    let (number, exponent) = match rest.split_once('e') {
        Some((number, exponent)) => {
            let (below, size) = signed(exponent);
            let size: i64 = digits(size)?.parse().unwrap_or(i64::from(u32::MAX));
            (number, if below { -size } else { size })
        }
        None => (rest, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let trimmed = all.trim_start_matches('0');
    let digits = if trimmed.is_empty() { "0" } else { trimmed };
    let places = i64::try_from(fraction.len()).ok()?;
    Some(Parts {
        negative,
        digits: digits.to_owned(),
        exponent: exponent - places,
    })
}

impl Parts {
    /// Returns the error if the number does not fit a column with `most` digits and `places`
    /// decimal places (Django's `DecimalValidator`).
    pub(super) fn refused(&self, most: u32, places: u32) -> Option<String> {
        let length = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let (digits, decimals) = if self.exponent >= 0 {
            (
                if self.digits == "0" {
                    length
                } else {
                    length.saturating_add(self.exponent)
                },
                0,
            )
        } else {
            (length.max(-self.exponent), -self.exponent)
        };
        let say = |limit: u32, one: &str, many: &str| {
            format!(
                "Ensure that there are no more than {}.",
                counted(limit, one, many)
            )
        };
        if digits > i64::from(most) {
            Some(say(most, "digit in total", "digits in total"))
        } else if decimals > i64::from(places) {
            Some(say(places, "decimal place", "decimal places"))
        } else if digits - decimals > i64::from(most - places.min(most)) {
            Some(say(
                most - places,
                "digit before the decimal point",
                "digits before the decimal point",
            ))
        } else {
            None
        }
    }

    /// Returns the number, which must not have been [`refused`](Self::refused).
    pub(super) fn value(&self) -> Option<Decimal> {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}E{}", self.digits, self.exponent)
            .parse()
            .ok()
    }
}

/// Returns the range of the column of `field`.
fn range(field: &Field) -> (i128, i128) {
    let (least, most) = match field.sql {
        Kind::SmallInt => (i16::MIN.into(), i16::MAX.into()),
        Kind::Integer => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    if field.kind == FieldKind::PositiveInteger {
        (0, most)
    } else {
        (least, most)
    }
}

/// Returns the error if the column of `field` cannot hold `number`. A stricter rule of the author
/// gives the text.
pub(super) fn out_of_range(field: &Field, number: i128) -> Option<String> {
    let (least, most) = range(field);
    let limit = |number: i128| Decimal::from(i64::try_from(number).unwrap_or_default());
    let rules = &field.validators;
    let low = || {
        rules
            .iter()
            .any(|rule| matches!(rule, Validator::Min(rule) if *rule >= limit(least)))
    };
    let high = || {
        rules
            .iter()
            .any(|rule| matches!(rule, Validator::Max(rule) if *rule <= limit(most)))
    };
    if number < least && !low() {
        Some(at_least(least))
    } else if number > most && !high() {
        Some(at_most(most))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_parsed_like_in_python() {
        for (text, number) in [
            ("7", 7),
            (" 7 ", 7),
            ("007", 7),
            ("+7", 7),
            ("-7", -7),
            ("1_0", 10),
            ("7.0", 7),
            ("7.", 7),
            ("7.00 ", 7),
            ("٧", 7),
            ("１２", 12),
            ("-0", 0),
            ("7.0\x1c", 7),
        ] {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in [
            "", " ", "1e2", "7.5", "0x7", "1__0", "_1", "1_", "7,0", "- 7", "--7", "seven", "1 0",
            "7..0", ".", "\x1c7", "7\x1c",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(whole(&"9".repeat(100)), Some(i128::MAX));
        assert_eq!(whole(&"9".repeat(5000)), None);
    }

    #[test]
    fn decimals_are_parsed_like_in_python() {
        let value = |text: &str| {
            decimal_parts(text)
                .and_then(|parts| parts.value())
                .map(|number| number.to_string())
        };
        for (text, number) in [
            ("7", "7"),
            ("7.50", "7.50"),
            ("1e2", "100"),
            ("1E-2", "0.01"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+1.25", "1.25"),
            ("-1", "-1"),
            ("1_000", "1000"),
            (" 3 ", "3"),
            ("٣٫".trim_end_matches('٫'), "3"),
            ("000.10", "0.10"),
        ] {
            assert_eq!(value(text).as_deref(), Some(number), "{text}");
        }
        for text in [
            "", " ", "NaN", "sNaN", "Infinity", "-inf", "1,5", "1e", "e5", ".", "1.2.3", "0x1",
            "1 2", "$5",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn digits_are_counted_like_in_django() {
        let refused = |text: &str| decimal_parts(text).unwrap().refused(10, 2);
        for fine in [
            "99999999.99",
            "0.01",
            "1e7",
            "0",
            "0e5",
            "0.10",
            "-12345678.90",
            "00000000000001.50",
        ] {
            assert_eq!(refused(fine), None, "{fine}");
        }
        assert_eq!(
            refused("1.234").unwrap(),
            "Ensure that there are no more than 2 decimal places."
        );
        assert_eq!(
            refused("123456789.1").unwrap(),
            "Ensure that there are no more than 8 digits before the decimal point."
        );
        assert_eq!(
            refused("12345678901").unwrap(),
            "Ensure that there are no more than 10 digits in total."
        );
        assert_eq!(
            refused("1e99999999999999999999").unwrap(),
            "Ensure that there are no more than 10 digits in total."
        );
        assert_eq!(
            refused("1e-5").unwrap(),
            "Ensure that there are no more than 2 decimal places."
        );
        assert_eq!(
            refused("1e-11").unwrap(),
            "Ensure that there are no more than 10 digits in total."
        );
    }
}
