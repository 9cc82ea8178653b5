//! Parses dates and times in the formats of Django's English forms.

use chrono::{Datelike as _, LocalResult, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;

use crate::db::Timestamp;
use crate::python::{MONTHS, ascii_digits, strip};

const DATES: [&str; 11] = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%b %d %Y",
    "%b %d, %Y",
    "%d %b %Y",
    "%d %b, %Y",
    "%B %d %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%d %B, %Y",
];

const TIMES: [&str; 3] = ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"];

/// The parts of a date and time.
#[derive(Debug, Default)]
struct Parts {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    micros: u32,
}

/// Reads one or two digits of a number of at most `most`.
fn short(text: &str, most: u32) -> Option<(u32, &str)> {
    let take = |count: usize| {
        let part = text
            .get(..count)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some((
            part.parse().ok().filter(|number: &u32| *number <= most)?,
            &text[count..],
        ))
    };
    take(2).or_else(|| take(1))
}

/// Reads exactly `count` digits of any script, as Python does for years.
fn exact(text: &str, count: usize) -> Option<(i32, &str)> {
    let end = text
        .char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at);
    let part = ascii_digits(&text[..end]);
    let is_number = part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Some((part.parse().ok()?, &text[end..])))?
}

/// Implements the part of Python's `strptime` that the formats above need.
fn read(text: &str, format: &str) -> Option<Parts> {
    let mut parts = Parts::default();
    let mut rest = text;
    let mut format = format.chars();
    while let Some(c) = format.next() {
        rest = match c {
            '%' => match format.next()? {
                'Y' => exact(rest, 4).map(|(year, rest)| (parts.year = year, rest).1)?,
                'y' => exact(rest, 2).map(|(year, rest)| {
                    (
                        parts.year = year + if year < 69 { 2000 } else { 1900 },
                        rest,
                    )
                        .1
                })?,
                'm' => short(rest, 12).map(|(month, rest)| (parts.month = month, rest).1)?,
                'd' => short(rest, 31).map(|(day, rest)| (parts.day = day, rest).1)?,
                'H' => short(rest, 23).map(|(hour, rest)| (parts.hour = hour, rest).1)?,
                'M' => short(rest, 59).map(|(minute, rest)| (parts.minute = minute, rest).1)?,
                'S' => short(rest, 59).map(|(second, rest)| (parts.second = second, rest).1)?,
                'f' => {
                    let length = rest.bytes().take(6).take_while(u8::is_ascii_digit).count();
                    let digits = rest.get(..length).filter(|digits| !digits.is_empty())?;
                    parts.micros = format!("{digits:0<6}").parse().ok()?;
                    &rest[length..]
                }
                word => {
                    let named = |month: &str| {
                        let name = if word == 'b' { &month[..3] } else { month };
                        rest.get(..name.len())
                            .is_some_and(|start| start.eq_ignore_ascii_case(name))
                    };
                    let at = MONTHS.iter().position(|month| named(month))?;
                    parts.month = u32::try_from(at).ok()? + 1;
                    &rest[if word == 'b' { 3 } else { MONTHS[at].len() }..]
                }
            },
            ' ' => Some(rest.trim_start()).filter(|left| left.len() < rest.len())?,
            c => rest.strip_prefix(c)?,
        };
    }
    rest.is_empty().then_some(parts)
}

/// Parses `2006-10-25`, `10/25/2006`, `Oct 25, 2006`, `25 October 2006` …
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let text = strip(text);
    let day = |format: &str| {
        let parts = read(text, format).filter(|parts| parts.year > 0)?;
        NaiveDate::from_ymd_opt(parts.year, parts.month, parts.day)
    };
    DATES.iter().find_map(|format| day(format))
}

/// Parses `14:30`, `14:30:59`, `14:30:59.0002`.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    let text = strip(text);
    let time = |format: &str| {
        let parts = read(text, format)?;
        NaiveTime::from_hms_micro_opt(parts.hour, parts.minute, parts.second, parts.micros)
    };
    TIMES.iter().find_map(|format| time(format))
}

/// Returns the moment of a local time in `zone`; an error if that time does not exist or is
/// ambiguous.
pub(super) fn moment(day: NaiveDate, time: NaiveTime, zone: Tz) -> Result<Timestamp, String> {
    let local = day.and_time(time);
    match zone.from_local_datetime(&local) {
        // The range of Python's years, which Django can read.
        LocalResult::Single(moment) if !(1..=9999).contains(&moment.to_utc().year()) => {
            Err("Enter a valid date.".to_owned())
        }
        LocalResult::Single(moment) => Ok(moment.to_utc().into()),
        LocalResult::None | LocalResult::Ambiguous(..) => Err(format!(
            "{} couldn’t be interpreted in time zone {zone}; it may be ambiguous or it may not exist.",
            local.format("%Y-%m-%d %H:%M:%S%.f")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_day_is_read() {
        for text in [
            "2006-10-25",
            " 2006-10-25 ",
            "10/25/2006",
            "10/25/06",
            "Oct 25 2006",
            "Oct 25, 2006",
            "25 Oct 2006",
            "25 Oct, 2006",
            "October 25 2006",
            "october 25, 2006",
            "25 OCTOBER 2006",
            "25 October, 2006",
            "25  Oct  2006",
            "٢٠٠٦-10-25",
        ] {
            assert_eq!(date(text), NaiveDate::from_ymd_opt(2006, 10, 25), "{text}");
        }
        assert_eq!(date("2006-1-5"), NaiveDate::from_ymd_opt(2006, 1, 5));
        assert_eq!(date("1/5/69"), NaiveDate::from_ymd_opt(1969, 1, 5));
        assert_eq!(date("1/5/68"), NaiveDate::from_ymd_opt(2068, 1, 5));
        for text in [
            "",
            "2024-02-30",
            "2023-02-29",
            "25/10/2006",
            "25.10.2006",
            "2006-10-25x",
            "0000-01-01",
            "06-10-25",
            "2006/10/25",
            "20061025",
            "Sept 25 2006",
            "2006-10-25 10:00",
            "Oct25 2006",
            "2006-13-01",
            "12345-01-01",
            "2006-١٠-25",
            "é",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn every_spelling_of_a_time_is_read() {
        let at = |hour, minute, second, micros| {
            NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
        };
        assert_eq!(time("14:30"), at(14, 30, 0, 0));
        assert_eq!(time("4:3"), at(4, 3, 0, 0));
        assert_eq!(time("14:30:59"), at(14, 30, 59, 0));
        assert_eq!(time("14:30:59.0002"), at(14, 30, 59, 200));
        for text in [
            "",
            "24:00",
            "14",
            "14:60",
            "14:30:60",
            "2 pm",
            "14:30:59.",
            "14:30:59.1234567",
            "soon",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn an_hour_that_does_not_exist_is_refused() {
        let day = NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
        let time = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        assert!(
            moment(day, time, Tz::Europe__Paris)
                .unwrap_err()
                .starts_with("2024-03-31 02:30:00 couldn’t")
        );
        assert!(moment(day, time, Tz::UTC).is_ok());
    }
}
