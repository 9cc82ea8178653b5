//! Converts values to texts for people, and to and from texts in URLs.

use std::fmt::{self, Write as _};

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
    Timelike as _,
};
use chrono_tz::Tz;

use super::lookup::int;
use super::{Field, FieldKind};
use crate::db::{Decimal, Kind, Moment, Timestamp, Unreadable, Value};

impl fmt::Display for Value {
    /// Formats the value like Python's `str`, in UTC; "" for NULL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null(_) => Ok(()),
            Self::Unreadable(cell) => f.write_str(&cell.text),
            Self::SmallInt(number) => number.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::BigInt(number) => number.fmt(f),
            Self::Double(number) => number.fmt(f),
            Self::Bool(yes) => f.write_str(if *yes { "True" } else { "False" }),
            Self::Text(text) => f.write_str(text),
            Self::Decimal(number) => number.fmt(f),
            Self::Date(day) => day.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Timestamp(time) => match Moment::new(time.utc().naive_utc(), b' ') {
                Some(moment) => f.write_str(moment.as_str()),
                None => write!(f, "{}", time.utc().format("%Y-%m-%d %H:%M:%S%.f")),
            },
            Self::Uuid(id) => id.0.fmt(f),
            Self::Json(document) => document.0.fmt(f),
        }
    }
}

impl Value {
    /// Whether the value is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null(_))
    }

    /// Returns the cell if its content does not fit the column.
    pub fn unreadable(&self) -> Option<&Unreadable> {
        match self {
            Self::Unreadable(cell) => Some(cell),
            _ => None,
        }
    }

    /// Returns an integer of any width.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::SmallInt(number) => Some((*number).into()),
            Self::Integer(number) => Some((*number).into()),
            Self::BigInt(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the text of a text column.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the text, as [`Display`](fmt::Display) formats it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push_to(&mut text);
        text
    }

    /// Appends [`text`](Self::text) to `out`.
    pub fn push_to(&self, out: &mut String) {
        match (self, self.as_i64()) {
            (_, Some(number)) => out.push_str(itoa::Buffer::new().format(number)),
            (Self::Text(text), _) => out.push_str(text),
            // Writing to a String cannot fail.
            (other, _) => drop(write!(out, "{other}")),
        }
    }

    /// Whether the value is true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

impl Field {
    /// Returns the field whose values this field holds: for a foreign key, the primary key of the
    /// referenced model.
    pub fn target(&'static self) -> &'static Self {
        let mut field = self;
        while let (FieldKind::ForeignKey, Some(relation)) = (field.kind, &field.relation) {
            field = relation.to().pk();
        }
        field
    }
}

/// Parses `text` from a URL as a value of `field`; returns `None` if it is invalid. Times without a
/// zone are UTC.
pub fn parse(field: &Field, text: &str) -> Option<Value> {
    parse_in(field, text, Tz::UTC)
}

/// Like [`parse`], but times without a zone are in `zone`.
pub fn parse_in(field: &Field, text: &str, zone: Tz) -> Option<Value> {
    parse_kind(field.sql, text, zone)
}

/// Parses `text` as a value of this kind.
pub(super) fn parse_kind(kind: Kind, text: &str, zone: Tz) -> Option<Value> {
    // Python allows spaces around numbers, but not around other values.
    let number = text.trim();
    Some(match kind {
        Kind::SmallInt => Value::SmallInt(int(number)?.try_into().ok()?),
        Kind::Integer => Value::Integer(int(number)?.try_into().ok()?),
        Kind::BigInt => Value::BigInt(int(number)?),
        Kind::Double => Value::Double(
            number
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())?,
        ),
        Kind::Bool => match text {
            "1" | "True" | "t" => Value::Bool(true),
            "0" | "False" | "f" => Value::Bool(false),
            _ => return None,
        },
        Kind::Text => Value::Text(text.to_owned()),
        // A short text can represent a number with millions of digits.
        Kind::Decimal => Value::Decimal(number.parse::<Decimal>().ok().filter(Decimal::is_modest)?),
        Kind::Date => Value::Date(parse_date(text)?),
        Kind::Time => Value::Time(parse_time(text)?),
        Kind::Timestamp => Value::Timestamp(parse_timestamp(text, zone)?),
        Kind::Uuid => Value::Uuid(crate::db::Uuid(text.parse().ok()?)),
        Kind::Json => Value::Json(crate::db::Json(serde_json::from_str(text).ok()?)),
    })
}

/// Parses the formats of Python's `date.fromisoformat`, and months and days with one digit.
fn parse_date(text: &str) -> Option<NaiveDate> {
    if !text.contains('-') && text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    if text.contains('W') {
        return NaiveDate::parse_from_str(text, "%G-W%V-%u").ok();
    }
    // Python's years have four digits.
    let four = text.find('-') == Some(4) && !text.starts_with("0000") && text.is_ascii();
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|_| four)
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// Parses ISO 8601: a date alone, a time, or a time with a UTC offset; without an offset, in
/// `zone`.
fn parse_timestamp(text: &str, zone: Tz) -> Option<Timestamp> {
    // A `+` in a query string arrives as a space.
    let text = text.replacen('T', " ", 1);
    let (day, rest) = text.split_once(' ').unwrap_or((text.as_str(), ""));
    let day = parse_date(day)?;
    if rest.is_empty() {
        return Some(Timestamp::start_of(day, zone));
    }
    if let Some(time) = rest.strip_suffix('Z').and_then(parse_time) {
        return Some(day.and_time(time).and_utc().into());
    }
    if let Some(time) = parse_time(rest) {
        return Some(Timestamp::at(day.and_time(time), &zone));
    }
    let zoned = format!("{day} {}", rest.replace(' ', "+"));
    let formats = ["%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z"];
    let found = formats
        .iter()
        .find_map(|format| DateTime::parse_from_str(&zoned, format).ok())?;
    Some(found.to_utc().into())
}

const MONTHS: [&str; 12] = [
    "Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.",
    "Dec.",
];

/// Returns `Jan. 2, 2024` (Django's `DATE_FORMAT`).
pub fn date_text(day: NaiveDate) -> String {
    let mut text = String::with_capacity(14);
    push_date(&mut text, day);
    text
}

/// Appends [`date_text`] to `text`: a list has hundreds of dates.
pub fn push_date(text: &mut String, day: NaiveDate) {
    let mut number = itoa::Buffer::new();
    text.push_str(MONTHS[day.month0() as usize]);
    text.push(' ');
    text.push_str(number.format(day.day()));
    text.push_str(", ");
    text.push_str(number.format(day.year()));
}

/// Returns `3:04 p.m.`, `noon`, `midnight` (Django's `TIME_FORMAT`).
pub fn time_text(time: NaiveTime) -> String {
    let mut text = String::with_capacity(10);
    push_time(&mut text, time);
    text
}

/// Appends [`time_text`] to `text`.
pub fn push_time(text: &mut String, time: NaiveTime) {
    let (afternoon, hour) = time.hour12();
    let half = if afternoon { "p.m." } else { "a.m." };
    let minute = match (time.hour(), time.minute()) {
        (0, 0) => return text.push_str("midnight"),
        (12, 0) => return text.push_str("noon"),
        (_, minute) => minute,
    };
    let mut number = itoa::Buffer::new();
    text.push_str(number.format(hour));
    if minute > 0 {
        text.push_str(if minute < 10 { ":0" } else { ":" });
        text.push_str(number.format(minute));
    }
    text.push(' ');
    text.push_str(half);
}

impl Timestamp {
    /// Returns the moment of a local time in `zone`; if clocks skip that time, the moment at which
    /// they skip.
    pub fn at<Z: TimeZone>(local: NaiveDateTime, zone: &Z) -> Self {
        let found = zone.from_local_datetime(&local).earliest();
        let found = found.or_else(|| {
            zone.from_local_datetime(&(local + TimeDelta::hours(1)))
                .earliest()
        });
        found
            .map_or_else(|| local.and_utc(), |found| found.to_utc())
            .into()
    }

    /// Returns the moment at which a day begins in `zone`.
    pub fn start_of(day: NaiveDate, zone: Tz) -> Self {
        Self::at(day.and_time(NaiveTime::MIN), &zone)
    }

    /// Returns the local time in `zone`.
    pub fn local(self, zone: &Tz) -> NaiveDateTime {
        let utc = self.utc();
        if *zone == Tz::UTC {
            utc.naive_utc()
        } else {
            utc.with_timezone(zone).naive_local()
        }
    }

    /// Returns `Jan. 2, 2024, 3:04 p.m.` in local time of `zone` (Django's `DATETIME_FORMAT`).
    pub fn text(self, zone: &Tz) -> String {
        let local = self.local(zone);
        format!("{}, {}", date_text(local.date()), time_text(local.time()))
    }
}
