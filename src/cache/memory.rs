//! The memory of the process as a cache.
//!
//! `quick_cache` was chosen before `moka`: both are bounded and evict what is rarely used, but
//! `quick_cache` has no dependency that Nuages does not have already. Values carry their own expiry,
//! so that they follow the clock that tests set.

use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use quick_cache::sync::Cache as QuickCache;

use super::store::{Answer, Store, expiry, sum};
use crate::clock;
use crate::error::Result;

#[derive(Clone)]
struct Entry {
    value: Arc<str>,
    expires: DateTime<Utc>,
}

pub(super) struct Memory {
    entries: QuickCache<String, Entry>,
    /// Held while an entry is read and replaced.
    changing: Mutex<()>,
}

impl Memory {
    pub(super) fn new(max_entries: usize) -> Self {
        Self {
            entries: QuickCache::new(max_entries),
            changing: Mutex::new(()),
        }
    }

    fn find(&self, key: &str) -> Option<Entry> {
        let entry = self.entries.get(key)?;
        if entry.expires > clock::now() {
            return Some(entry);
        }
        self.entries.remove(key);
        None
    }

    fn insert(&self, key: &str, value: impl Into<Arc<str>>, expires: DateTime<Utc>) {
        let value = value.into();
        self.entries
            .insert(key.to_owned(), Entry { value, expires });
    }

    fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add_now(&self, key: &str, value: String, age: Option<Duration>) -> bool {
        let _changing = self.change();
        let is_free = self.find(key).is_none();
        if is_free {
            self.insert(key, value, expiry(age));
        }
        is_free
    }

    fn touch_now(&self, key: &str, age: Option<Duration>) -> bool {
        let _changing = self.change();
        let Some(entry) = self.find(key) else {
            return false;
        };
        self.insert(key, entry.value, expiry(age));
        true
    }

    fn incr_now(&self, key: &str, delta: i64) -> Result<Option<i64>> {
        let _changing = self.change();
        let Some(entry) = self.find(key) else {
            return Ok(None);
        };
        let number = sum(&entry.value, delta)?;
        self.insert(key, number.to_string(), entry.expires);
        Ok(Some(number))
    }
}

impl Store for Memory {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<String>> {
        let value = self.find(key).map(|entry| entry.value.to_string());
        Box::pin(ready(Ok(value)))
    }

    fn set<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, ()> {
        let changing = self.change();
        self.insert(key, value, expiry(age));
        drop(changing);
        Box::pin(ready(Ok(())))
    }

    fn add<'a>(&'a self, key: &'a str, value: String, age: Option<Duration>) -> Answer<'a, bool> {
        Box::pin(ready(Ok(self.add_now(key, value, age))))
    }

    fn touch<'a>(&'a self, key: &'a str, age: Option<Duration>) -> Answer<'a, bool> {
        Box::pin(ready(Ok(self.touch_now(key, age))))
    }

    fn incr<'a>(&'a self, key: &'a str, delta: i64) -> Answer<'a, Option<i64>> {
        Box::pin(ready(self.incr_now(key, delta)))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, bool> {
        let is_there = self.find(key).is_some();
        self.entries.remove(key);
        Box::pin(ready(Ok(is_there)))
    }

    fn clear(&self) -> Answer<'_, ()> {
        self.entries.clear();
        Box::pin(ready(Ok(())))
    }
}
