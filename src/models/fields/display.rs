//! [`DisplayValue`]: values in the form in which people see them. Lists, forms, history and
//! documentation depend only on these forms, not on the kinds of fields.

use std::borrow::Cow;
use std::fmt;

use chrono::{NaiveDate, NaiveTime};

use crate::db::{Decimal, Fixed, Json, Timestamp, Unreadable, Value};
use crate::models::file_url;

/// The form of all readable values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisplayShape {
    /// Text.
    Text,
    /// A number, right-aligned.
    Number,
    /// Yes, no or unknown.
    YesNo,
    /// A day.
    Day,
    /// A time of day.
    Time,
    /// A point in time.
    Moment,
    /// A JSON document.
    Document,
    /// A text that is a link.
    Link,
    /// A picture.
    Picture,
}

impl DisplayShape {
    /// Whether the values belong to a day, so that they can be filtered by date ranges.
    pub fn has_day(self) -> bool {
        matches!(self, Self::Day | Self::Moment)
    }

    /// Whether its values are dates or times.
    pub fn is_temporal(self) -> bool {
        matches!(self, Self::Day | Self::Time | Self::Moment)
    }
}

/// A value in the form in which people see it. It is formatted only when it is written, because a
/// list has thousands of values.
#[derive(Debug, Clone)]
pub enum DisplayValue<'a> {
    /// No value.
    Nothing,
    /// A cell that does not fit its column.
    Unreadable(&'a Unreadable),
    /// The label of a choice.
    Label(Cow<'static, str>),
    /// A text, which may be empty.
    Text(Cow<'a, str>),
    /// A number.
    Number(DisplayNumber),
    /// Yes, no or unknown.
    YesNo(Option<bool>),
    /// A day.
    Day(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A point in time.
    Moment(Timestamp),
    /// A JSON document.
    Document(&'a Json),
    /// A link.
    Link(DisplayLink<'a>),
    /// The path of a picture below `MEDIA_ROOT`.
    Picture(&'a str),
}

/// A number as people see it.
#[derive(Debug, Clone)]
pub enum DisplayNumber {
    /// A whole number.
    Whole(i64),
    /// A float, always with a decimal point.
    Float(f64),
    /// A number with a fixed number of decimal places.
    Fixed(Fixed),
}

impl DisplayNumber {
    /// Returns a decimal number with `places` decimal places.
    pub fn fixed(number: &Decimal, places: u32) -> Self {
        Self::Fixed(number.fixed(places))
    }
}

impl fmt::Display for DisplayNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Float(number) => fmt::Debug::fmt(number, f),
            Self::Fixed(number) => number.fmt(f),
        }
    }
}

/// A text that is a link.
#[derive(Debug, Clone, Copy)]
pub enum DisplayLink<'a> {
    /// A URL that a user entered; opening it may run a script.
    Url(&'a str),
    /// The path of a file below `MEDIA_ROOT`.
    File(&'a str),
}

impl<'a> DisplayLink<'a> {
    /// Returns the text.
    pub fn text(self) -> &'a str {
        let (Self::Url(text) | Self::File(text)) = self;
        text
    }

    /// Returns the URL.
    pub fn url(self) -> Cow<'a, str> {
        match self {
            Self::Url(url) => url.into(),
            Self::File(path) => file_url(path).into(),
        }
    }
}

impl<'a> DisplayValue<'a> {
    /// Returns the form of a value for which only the type of the column is known.
    pub fn new(value: &'a Value) -> Self {
        match value {
            Value::Null(_) => Self::Nothing,
            Value::Unreadable(cell) => Self::Unreadable(cell),
            Value::Text(text) => Self::Text(text.into()),
            Value::SmallInt(number) => Self::Number(DisplayNumber::Whole((*number).into())),
            Value::Integer(number) => Self::Number(DisplayNumber::Whole((*number).into())),
            Value::BigInt(number) => Self::Number(DisplayNumber::Whole(*number)),
            Value::Double(number) => Self::Number(DisplayNumber::Float(*number)),
            Value::Bool(yes) => Self::YesNo(Some(*yes)),
            Value::Date(day) => Self::Day(*day),
            Value::Time(time) => Self::Time(*time),
            Value::Timestamp(time) => Self::Moment(*time),
            Value::Json(document) => Self::Document(document),
            value => Self::Text(value.text().into()),
        }
    }
}
