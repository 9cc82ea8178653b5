//! The lifetime of a session: its own `_session_expiry`, or `SESSION_COOKIE_AGE`.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;

use super::codec::Data;

/// The session key that holds the session's own lifetime.
pub const EXPIRY_KEY: &str = "_session_expiry";

/// The lifetime of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// The lifetime of the settings.
    Default,
    /// Until the browser closes; the row lives as long as the settings say.
    BrowserClose,
    /// This many seconds after the session was last saved.
    Seconds(i64),
    /// Until this moment.
    At(DateTime<Utc>),
}

impl Expiry {
    /// Reads the lifetime from `data`; an invalid value counts as the default.
    pub fn from_data(data: &Data) -> Self {
        match data.get(EXPIRY_KEY) {
            Some(Value::Number(number)) => match number.as_i64() {
                Some(0) => Self::BrowserClose,
                Some(seconds) => Self::Seconds(seconds),
                // Python accepts fractions of a second too.
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a cast of a float saturates"
                )]
                None => number
                    .as_f64()
                    .map_or(Self::Default, |seconds| Self::Seconds(seconds as i64)),
            },
            Some(Value::String(text)) => moment(text).map_or(Self::Default, Self::At),
            _ => Self::Default,
        }
    }

    /// Stores the lifetime in `data` (Django's `set_expiry`).
    pub fn store(self, data: &mut Data) {
        let value = match self {
            Self::Default => return drop(data.shift_remove(EXPIRY_KEY)),
            Self::BrowserClose => 0.into(),
            Self::Seconds(seconds) => seconds.into(),
            Self::At(moment) => moment.to_rfc3339_opts(SecondsFormat::AutoSi, false).into(),
        };
        data.insert(EXPIRY_KEY.to_owned(), value);
    }

    /// Returns the end of a session that is saved `now`: the column `expire_date`. `cookie_age` is
    /// `SESSION_COOKIE_AGE`.
    pub fn date(self, now: DateTime<Utc>, cookie_age: i64) -> DateTime<Utc> {
        let seconds = match self {
            Self::At(moment) => return moment,
            Self::Seconds(seconds) => seconds,
            Self::Default | Self::BrowserClose => cookie_age,
        };
        let after = TimeDelta::try_seconds(seconds).and_then(|age| now.checked_add_signed(age));
        // Out of range for a date: already expired if negative, otherwise 100 years from now.
        after.unwrap_or(if seconds < 0 {
            DateTime::UNIX_EPOCH
        } else {
            now + TimeDelta::days(36_500)
        })
    }

    /// Returns the seconds until the session ends: the cookie's `Max-Age`.
    pub fn age(self, now: DateTime<Utc>, cookie_age: i64) -> i64 {
        let left = self.date(now, cookie_age) - now;
        // Round down like Python.
        left.num_seconds() - i64::from(left.subsec_nanos() < 0)
    }

    /// Whether the cookie ends with the browser session. `by_default` is
    /// `SESSION_EXPIRE_AT_BROWSER_CLOSE`.
    pub fn at_browser_close(self, by_default: bool) -> bool {
        match self {
            Self::Default => by_default,
            Self::BrowserClose => true,
            Self::Seconds(_) | Self::At(_) => false,
        }
    }
}

/// Parses a moment in the format of Python's `isoformat`; a moment without a time zone is UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    zoned
        .or_else(|_| text.parse::<NaiveDateTime>().map(|moment| moment.and_utc()))
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const AGE: i64 = 1_209_600;

    fn expiry(value: &Value) -> Expiry {
        Expiry::from_data(json!({ EXPIRY_KEY: value }).as_object().unwrap())
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    #[test]
    fn numbers_are_seconds_and_texts_are_dates() {
        assert_eq!(Expiry::from_data(&Data::new()), Expiry::Default);
        assert_eq!(expiry(&json!(0)), Expiry::BrowserClose);
        assert_eq!(expiry(&json!(300)), Expiry::Seconds(300));
        assert_eq!(expiry(&json!(1.5)), Expiry::Seconds(1));
        let then = Expiry::At(now());
        for text in [
            "2023-11-14T22:13:20+00:00",
            "2023-11-14T23:13:20+01:00",
            "2023-11-14T22:13:20",
        ] {
            assert_eq!(expiry(&json!(text)), then, "{text}");
        }
        for nonsense in [
            json!("soon"),
            json!(""),
            json!(null),
            json!(true),
            json!([1]),
        ] {
            assert_eq!(expiry(&nonsense), Expiry::Default, "{nonsense}");
        }
    }

    #[test]
    fn ends_equal_djangos() {
        let ends = |expiry: Expiry| (expiry.age(now(), AGE), expiry.at_browser_close(false));
        assert_eq!(ends(Expiry::Default), (AGE, false));
        assert!(
            Expiry::Default.at_browser_close(true) && !Expiry::Seconds(1).at_browser_close(true)
        );
        assert_eq!(ends(Expiry::BrowserClose), (AGE, true));
        assert_eq!(ends(Expiry::Seconds(-5)), (-5, false));
        assert_eq!(
            ends(Expiry::At(now() + TimeDelta::milliseconds(2500))),
            (2, false)
        );
        assert_eq!(
            ends(Expiry::At(now() - TimeDelta::milliseconds(500))),
            (-1, false)
        );
    }

    #[test]
    fn stored_ends_are_read() {
        let mut data = Data::new();
        let precise = now() + TimeDelta::microseconds(123_456);
        for expiry in [
            Expiry::BrowserClose,
            Expiry::Seconds(9),
            Expiry::At(now()),
            Expiry::At(precise),
        ] {
            expiry.store(&mut data);
            assert_eq!(Expiry::from_data(&data), expiry);
        }
        assert_eq!(data[EXPIRY_KEY], "2023-11-14T22:13:20.123456+00:00");
        Expiry::Default.store(&mut data);
        assert!(data.is_empty());
    }

    proptest! {
        #[test]
        fn any_value_is_read_without_a_panic(seconds: i64, float: f64, text: String, date in "[0-9]{1,6}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]*") {
            for value in [json!(seconds), json!(float), json!(text), json!(date)] {
                let expiry = expiry(&value);
                let _ = (expiry.date(now(), AGE), expiry.age(now(), AGE));
            }
        }
    }
}
