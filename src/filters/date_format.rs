//! Django's format characters for dates and times (`django.utils.dateformat`).

use std::fmt::Write as _;

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveTime, Offset as _, TimeZone as _, Timelike as _,
};
use chrono_tz::{OffsetComponents as _, OffsetName as _, Tz};

use super::zone::current_zone;
use crate::db::Timestamp;
use crate::models::time_text;
use crate::python::{MONTHS, month_abbreviation};

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
/// A date, a time, or both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
    /// The moment in its zone; dates and times alone have none.
    zoned: Option<DateTime<Tz>>,
}

/// A value that the filters `date` and `time` show. `None` is shown as "".
pub trait ToMoment {
    /// Returns the moment, in the time zone of the page.
    fn to_moment(&self) -> Option<Moment>;
}

impl ToMoment for NaiveDate {
    fn to_moment(&self) -> Option<Moment> {
        Some(Moment {
            date: Some(*self),
            time: None,
            zoned: None,
        })
    }
}

impl ToMoment for NaiveTime {
    fn to_moment(&self) -> Option<Moment> {
        Some(Moment {
            date: None,
            time: Some(*self),
            zoned: None,
        })
    }
}

impl ToMoment for Timestamp {
    fn to_moment(&self) -> Option<Moment> {
        let zoned = current_zone().from_utc_datetime(&self.utc().naive_utc());
        Some(Moment {
            date: Some(zoned.date_naive()),
            time: Some(zoned.time()),
            zoned: Some(zoned),
        })
    }
}

impl<T: ToMoment> ToMoment for Option<T> {
    fn to_moment(&self) -> Option<Moment> {
        self.as_ref()?.to_moment()
    }
}

impl<T: ToMoment + ?Sized> ToMoment for &T {
    fn to_moment(&self) -> Option<Moment> {
        (**self).to_moment()
    }
}

/// Returns the format characters of a named format of Django's English locale; any other text is a format itself.
fn named(format: &str) -> &str {
    match format {
        "DATE_FORMAT" | "" => "N j, Y",
        "DATETIME_FORMAT" => "N j, Y, P",
        "TIME_FORMAT" => "P",
        "YEAR_MONTH_FORMAT" => "F Y",
        "MONTH_DAY_FORMAT" => "F j",
        "SHORT_DATE_FORMAT" => "m/d/Y",
        "SHORT_DATETIME_FORMAT" => "m/d/Y P",
        own => own,
    }
}

impl Moment {
    /// Formats the moment as Django's filter `date` does: `j F Y`, or a named format such as `DATE_FORMAT`. A character
    /// that needs a part which the value lacks (the hour of a date) gives "".
    pub fn format(&self, format: &str) -> String {
        let mut text = String::new();
        let mut letters = named(format).chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => text.extend(letters.next()),
                'c' | 'r' | 'U' => self.push_whole(&mut text, letter),
                _ => {
                    let is_known = self
                        .date
                        .is_some_and(|date| push_date(&mut text, letter, date))
                        || self
                            .time
                            .is_some_and(|time| push_time(&mut text, letter, time))
                        || self.push_zone(&mut text, letter)
                        || "aAfgGhHiPsudDbEFjlLmMnNoStTwWyYzIOeZ".contains(letter);
                    if !is_known {
                        text.push(letter);
                    }
                }
            }
        }
        text
    }

    /// Appends a format of the whole moment: ISO 8601, RFC 5322, or seconds since 1970.
    fn push_whole(&self, text: &mut String, letter: char) {
        // Writing to a `String` does not fail.
        let _ = match (letter, self.zoned, self.date, self.time) {
            ('c', Some(moment), ..) => {
                let format = if moment.nanosecond() == 0 {
                    "%Y-%m-%dT%H:%M:%S%:z"
                } else {
                    "%Y-%m-%dT%H:%M:%S%.6f%:z"
                };
                write!(text, "{}", moment.format(format))
            }
            ('c', None, Some(date), _) => write!(text, "{date}"),
            ('c', None, None, Some(time)) => write!(text, "{time}"),
            ('r', Some(moment), ..) => {
                write!(text, "{}", moment.format("%a, %d %b %Y %H:%M:%S %z"))
            }
            ('r', None, Some(date), _) => {
                write!(text, "{}", date.format("%a, %d %b %Y 00:00:00 +0000"))
            }
            ('U', Some(moment), ..) => write!(text, "{}", moment.timestamp()),
            _ => Ok(()),
        };
    }

    /// Appends a format of the time zone. Returns false for another letter.
    fn push_zone(&self, text: &mut String, letter: char) -> bool {
        let Some(moment) = self.zoned else {
            return false;
        };
        let offset = moment.offset();
        let seconds = offset.fix().local_minus_utc();
        let _ = match letter {
            'e' | 'T' => write!(text, "{}", offset.abbreviation().unwrap_or_default()),
            'I' => write!(text, "{}", u8::from(!offset.dst_offset().is_zero())),
            'O' => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.abs() / 60;
                write!(text, "{sign}{:02}{:02}", minutes / 60, minutes % 60)
            }
            'Z' => write!(text, "{seconds}"),
            _ => return false,
        };
        true
    }
}

/// Appends a format of the date. Returns false for a letter that is not one.
fn push_date(text: &mut String, letter: char, date: NaiveDate) -> bool {
    let month = MONTHS[date.month0() as usize];
    let weekday = WEEKDAYS[date.weekday().num_days_from_monday() as usize];
    let is_leap = date.leap_year();
    let _ = match letter {
        'b' => write!(text, "{}", month[..3].to_lowercase()),
        'd' => write!(text, "{:02}", date.day()),
        'D' => write!(text, "{}", &weekday[..3]),
        'E' | 'F' => write!(text, "{month}"),
        'j' => write!(text, "{}", date.day()),
        'l' => write!(text, "{weekday}"),
        'L' => write!(text, "{}", if is_leap { "True" } else { "False" }),
        'm' => write!(text, "{:02}", date.month()),
        'M' => write!(text, "{}", &month[..3]),
        'n' => write!(text, "{}", date.month()),
        'N' => write!(text, "{}", month_abbreviation(date.month0())),
        'o' => write!(text, "{}", date.iso_week().year()),
        'S' => write!(text, "{}", ordinal_suffix(date.day())),
        't' => write!(text, "{}", date.num_days_in_month()),
        'w' => write!(text, "{}", date.weekday().num_days_from_sunday()),
        'W' => write!(text, "{}", date.iso_week().week()),
        'y' => write!(text, "{:02}", date.year().rem_euclid(100)),
        'Y' => write!(text, "{:04}", date.year()),
        'z' => write!(text, "{}", date.ordinal()),
        _ => return false,
    };
    true
}

/// Appends a format of the time. Returns false for a letter that is not one.
fn push_time(text: &mut String, letter: char, time: NaiveTime) -> bool {
    let (is_afternoon, hour) = time.hour12();
    let _ = match letter {
        'a' => write!(text, "{}", if is_afternoon { "p.m." } else { "a.m." }),
        'A' => write!(text, "{}", if is_afternoon { "PM" } else { "AM" }),
        'f' if time.minute() == 0 => write!(text, "{hour}"),
        'f' => write!(text, "{hour}:{:02}", time.minute()),
        'g' => write!(text, "{hour}"),
        'G' => write!(text, "{}", time.hour()),
        'h' => write!(text, "{hour:02}"),
        'H' => write!(text, "{:02}", time.hour()),
        'i' => write!(text, "{:02}", time.minute()),
        'P' => write!(text, "{}", time_text(time)),
        's' => write!(text, "{:02}", time.second()),
        'u' => write!(text, "{:06}", time.nanosecond() / 1000),
        _ => return false,
    };
    true
}

/// Returns `st`, `nd`, `rd` or `th`.
pub(super) fn ordinal_suffix(number: u32) -> &'static str {
    match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}
