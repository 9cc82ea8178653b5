//! Lengths of time.

use std::borrow::Cow;

use chrono_tz::Tz;
use serde_json::Value as Json;

use super::db_type::DbType;
use super::field_type::{ColumnType, FieldType};
use super::kind::FieldKind;
use crate::db::{self, Value};

const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;

/// A length of time.
pub(super) struct Duration;

impl FieldType for Duration {
    fn description(&self, _: FieldKind) -> Cow<'static, str> {
        "length of time".into()
    }

    fn db_type(&self, _: ColumnType) -> DbType {
        DbType::new("bigint", "interval")
    }

    fn noun(&self) -> &'static str {
        "length of time"
    }

    fn parse(&self, _: ColumnType, text: &str, _: Tz) -> Option<Value> {
        let micros = i64::try_from(parse_micros(text)?).ok()?;
        Some(Value::Duration(db::Duration(micros)))
    }

    fn to_json(&self, _: FieldKind, value: &Value) -> Json {
        match value {
            Value::Duration(duration) => duration.form_text().into(),
            value => value.text().into(),
        }
    }
}

/// Parses a length of time like Django's `parse_duration`, in microseconds: `1 02:03:04.5`, `1 day, 2:03:04`,
/// `P1DT2H3M4.5S`, and PostgreSQL's `3 days -04:05:06`.
pub fn parse_micros(text: &str) -> Option<i128> {
    standard(text)
        .or_else(|| iso8601(text))
        .or_else(|| postgres(text))
}

/// Parses `[-]DAYS `, with or without the word `day` or `days` and `comma` behind it; returns the microseconds and the rest.
/// A text without days is the rest.
fn days<'a>(text: &'a str, word_end: &str) -> (i128, &'a str) {
    let parsed = || {
        let (digits, rest) = text.split_once(' ')?;
        let days = signed_digits(digits)?;
        let rest = match rest.strip_prefix("day") {
            Some(rest) => {
                let rest = rest.strip_prefix('s').unwrap_or(rest);
                rest.strip_prefix(word_end)?
            }
            None => rest,
        };
        Some((days.checked_mul(DAY)?, rest))
    };
    parsed().unwrap_or((0, text))
}

fn digits(text: &str) -> Option<i128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

fn signed_digits(text: &str) -> Option<i128> {
    match text.strip_prefix('-') {
        Some(rest) => Some(-digits(rest)?),
        None => digits(text),
    }
}

/// Parses up to six digits of a second's fraction as microseconds; up to six more are ignored.
fn fraction(text: &str) -> Option<i128> {
    let is_fraction =
        (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_fraction {
        return None;
    }
    let six: String = text.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// Parses `[DAYS ][-][[HOURS:]MINUTES:]SECONDS[.FRACTION]`.
fn standard(text: &str) -> Option<i128> {
    let (days, rest) = days(text, ", ");
    let (is_negative, clock) = match rest.strip_prefix('-') {
        Some(clock) => (true, clock),
        None => (false, rest),
    };

    let (clock, micros) = match clock.find(['.', ',']) {
        Some(at) => (&clock[..at], fraction(&clock[at + 1..])?),
        None => (clock, 0),
    };
    let parts: Vec<i128> = clock.split(':').map(digits).collect::<Option<_>>()?;
    let seconds = match parts[..] {
        [seconds] => seconds,
        [minutes, seconds] => minutes.checked_mul(60)?.checked_add(seconds)?,
        [hours, minutes, seconds] => {
            let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
            minutes.checked_mul(60)?.checked_add(seconds)?
        }
        _ => return None,
    };

    let micros = seconds.checked_mul(SECOND)?.checked_add(micros)?;
    days.checked_add(if is_negative { -micros } else { micros })
}

/// Parses `[+-]P[nD][T[nH][nM][nS]]`, where each number may have a fraction.
fn iso8601(text: &str) -> Option<i128> {
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };

    let micros = units(date, &[('D', DAY)])?.checked_add(units(
        time,
        &[('H', 3600 * SECOND), ('M', 60 * SECOND), ('S', SECOND)],
    )?)?;
    Some(if is_negative { -micros } else { micros })
}

/// Parses numbers that are followed by these letters, in this order; each may be missing.
fn units(text: &str, units: &[(char, i128)]) -> Option<i128> {
    let (mut rest, mut sum) = (text, 0_i128);
    for (letter, micros) in units {
        let Some((number, behind)) = rest.split_once(*letter) else {
            continue;
        };
        let (whole, part) = match number.find(['.', ',']) {
            Some(at) => (&number[..at], Some(&number[at + 1..])),
            None => (number, None),
        };
        sum = sum.checked_add(digits(whole)?.checked_mul(*micros)?)?;
        if let Some(part) = part {
            // More digits than a microsecond of a day has.
            let part: String = part.chars().take(15).collect();
            let scale = 10_i128.pow(u32::try_from(part.len()).ok()?);
            let exact = digits(&part)?.checked_mul(*micros)?;
            sum = sum.checked_add((exact + scale / 2) / scale)?;
        }
        rest = behind;
    }
    rest.is_empty().then_some(sum)
}

/// Parses PostgreSQL's `[DAYS days ][+-]HH:MM:SS[.FRACTION]`; each part may be missing.
fn postgres(text: &str) -> Option<i128> {
    if let Some(number) = text
        .strip_suffix(" days")
        .or_else(|| text.strip_suffix(" day"))
        .or_else(|| text.strip_suffix(" days "))
        .or_else(|| text.strip_suffix(" day "))
    {
        return signed_digits(number)?.checked_mul(DAY);
    }

    let (days, rest) = days(text, " ");
    let (is_negative, clock) = match rest.strip_prefix('-') {
        Some(clock) => (true, clock),
        None => (false, rest.strip_prefix('+').unwrap_or(rest)),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let [_, minutes, seconds] = parts[..] else {
        return None;
    };
    let whole_seconds = seconds.split('.').next().unwrap_or_default();
    if minutes.len() != 2 || whole_seconds.len() != 2 {
        return None;
    }
    let micros = standard(clock)?;
    days.checked_add(if is_negative { -micros } else { micros })
}

#[cfg(test)]
mod tests {
    use super::parse_micros;

    #[test]
    fn lengths_of_time_are_read_as_django_reads_them() {
        for (text, seconds) in [
            ("30", 30.0),
            ("-30", -30.0),
            ("15:30", 930.0),
            ("1:15:30", 4530.0),
            ("4 15:30", 4.0 * 86_400.0 + 930.0),
            ("-4 15:30", -4.0 * 86_400.0 + 930.0),
            ("4 days, 0:00:05", 4.0 * 86_400.0 + 5.0),
            ("1 day, 2:03:04", 86_400.0 + 7384.0),
            ("15:30.1", 930.1),
            ("15:30,000123", 930.000_123),
            ("P4D", 4.0 * 86_400.0),
            ("PT5H", 18_000.0),
            ("-P1DT0.5S", -86_400.5),
            ("P0.5D", 43_200.0),
            ("3 days 04:05:06", 3.0 * 86_400.0 + 14_706.0),
            ("3 days -04:05:06", 3.0 * 86_400.0 - 14_706.0),
            ("1 day", 86_400.0),
        ] {
            let micros = parse_micros(text).map(|micros| micros.to_string());
            let expected = format!("{:.0}", seconds * 1e6);
            assert_eq!(micros, Some(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "1:2:3:4",
            "1 2 3",
            "4.5.6",
            "P1Y",
            "1d",
            "--1",
            "1.1234567890123",
        ] {
            assert_eq!(parse_micros(text), None, "{text:?} is not a length of time");
        }
    }
}
