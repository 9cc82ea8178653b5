//! Reads and writes `2024-01-02 03:04:05`, the format of both databases, Python and HTML. Chrono
//! parses its format string anew for each of the hundreds of moments in a list, so this is written
//! by hand.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};

/// Length in bytes of a moment without fractions of a second.
const LENGTH: usize = 19;

/// The text of a moment, exact to the second, with a four-digit year.
#[derive(Debug, Clone, Copy)]
pub struct Moment([u8; LENGTH]);

impl Moment {
    /// Formats `time`, with `between` between date and time; returns `None` if it has a fraction of
    /// a second or a year without four digits.
    pub fn new(time: NaiveDateTime, between: u8) -> Option<Self> {
        let year = u32::try_from(time.year())
            .ok()
            .filter(|year| *year <= 9999)?;
        if time.nanosecond() != 0 {
            return None;
        }
        let mut text = *b"0000-00-00 00:00:00";
        text[10] = between;
        let parts = [
            (0, year / 100),
            (2, year % 100),
            (5, time.month()),
            (8, time.day()),
            (11, time.hour()),
            (14, time.minute()),
            (17, time.second()),
        ];
        for (at, number) in parts {
            text[at] += u8::try_from(number / 10).unwrap_or_default();
            text[at + 1] += u8::try_from(number % 10).unwrap_or_default();
        }
        Some(Self(text))
    }

    /// Returns the same text with `between` between date and time.
    #[must_use]
    pub fn separated(mut self, between: u8) -> Self {
        self.0[10] = between;
        self
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Parses texts written by [`Moment`] and by Python's `str(datetime)`; returns `None` for other
/// formats.
pub(super) fn read(text: &str) -> Option<NaiveDateTime> {
    let (moment, fraction) = text.as_bytes().split_first_chunk::<LENGTH>()?;
    let between = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    if !between.iter().all(|(at, byte)| moment[*at] == *byte) {
        return None;
    }
    let number = |digits: &[u8]| {
        let add = |sum: u32, digit: &u8| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + u32::from(digit - b'0'))
        };
        digits.iter().try_fold(0, add)
    };
    let nanos = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            number(digits)? * 10_u32.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let part = |at: usize| number(&moment[at..at + 2]);
    let year = i32::try_from(number(&moment[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, part(5)?, part(8)?)?.and_hms_nano_opt(
        part(11)?,
        part(14)?,
        part(17)?,
        nanos,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: &str = "%Y-%m-%d %H:%M:%S%.f";

    #[test]
    fn moments_are_written_like_in_chrono() {
        for text in [
            "2024-02-29 03:04:05",
            "0001-01-01 00:00:00",
            "9999-12-31 23:59:59",
            "1969-07-20 20:17:40",
        ] {
            let time = NaiveDateTime::parse_from_str(text, FORMAT).unwrap();
            assert_eq!(Moment::new(time, b' ').unwrap().as_str(), text);
            assert_eq!(
                Moment::new(time, b'T').unwrap().as_str(),
                text.replace(' ', "T")
            );
            assert_eq!(
                Moment::new(time, b'T').unwrap().separated(b' ').as_str(),
                text
            );
        }
        for odd in ["2024-02-29 03:04:05.5", "+10000-01-01 00:00:00"] {
            assert!(
                Moment::new(NaiveDateTime::parse_from_str(odd, FORMAT).unwrap(), b' ').is_none(),
                "{odd}"
            );
        }
    }

    #[test]
    fn moments_are_read_like_in_chrono() {
        for text in [
            "2024-02-29 03:04:05",
            "2024-02-29 03:04:05.000001",
            "2024-02-29 03:04:05.5",
            "2024-02-29 03:04:05.123456789",
            "0001-01-01 00:00:00",
        ] {
            assert_eq!(
                read(text),
                NaiveDateTime::parse_from_str(text, FORMAT).ok(),
                "{text}"
            );
        }
        for other in [
            "2023-02-29 03:04:05",
            "2024-02-29T03:04:05",
            "2024-02-29 03:04:60",
            "2024-02-29 03:04:05.",
            "2024-02-29 03:04:05.1234567890",
            "2024-02-29 03:04:05+00:00",
            "2024-02-29 3:04:05",
            "2024-02-29 03:04:0é",
            "2024-02-29",
            "",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
