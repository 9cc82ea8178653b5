//! [`Store`]: what each backend of the cache does.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::LocalBoxFuture;

use crate::clock;
use crate::error::{Error, Result};

/// The result of an operation.
pub(super) type Answer<'a, T> = LocalBoxFuture<'a, Result<T>>;

/// The place where texts are kept. An age of `None` does not end.
pub(super) trait Store: Send + Sync {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<String>>;
    fn set<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, ()>;
    fn add<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, bool>;
    fn touch<'a>(&'a self, key: &'a str, age: Option<Duration>) -> Answer<'a, bool>;
    fn incr<'a>(&'a self, key: &'a str, delta: i64) -> Answer<'a, Option<i64>>;
    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, bool>;
    fn clear(&self) -> Answer<'_, ()>;
}

/// Returns the time at which a value expires that is set now.
pub(super) fn expiry(age: Option<Duration>) -> DateTime<Utc> {
    let end = age
        .and_then(|age| TimeDelta::from_std(age).ok())
        .and_then(|age| clock::now().checked_add_signed(age));
    // The last second that both databases and Python can show.
    let never = DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    end.map_or(never, |end| end.min(never))
}

/// Returns the integer `text` plus `delta`.
pub(super) fn sum(text: &str, delta: i64) -> Result<i64> {
    let number: Option<i64> = text.parse().ok();
    number
        .and_then(|number| number.checked_add(delta))
        .ok_or_else(|| Error::command("a cached value is not an integer that can be incremented"))
}
