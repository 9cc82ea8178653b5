//! The backend that keeps nothing, for development.

use std::future::ready;
use std::time::Duration;

use super::store::{Answer, Store};

pub(super) struct Dummy;

impl Store for Dummy {
    fn get<'a>(&'a self, _: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(ready(Ok(None)))
    }

    fn set<'a>(&'a self, _: &'a str, _: String, _: Option<Duration>) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn add<'a>(&'a self, _: &'a str, _: String, _: Option<Duration>) -> Answer<'a, bool> {
        Box::pin(ready(Ok(true)))
    }

    fn touch<'a>(&'a self, _: &'a str, _: Option<Duration>) -> Answer<'a, bool> {
        Box::pin(ready(Ok(false)))
    }

    fn incr<'a>(&'a self, _: &'a str, _: i64) -> Answer<'a, Option<i64>> {
        Box::pin(ready(Ok(None)))
    }

    fn delete<'a>(&'a self, _: &'a str) -> Answer<'a, bool> {
        Box::pin(ready(Ok(false)))
    }

    fn clear(&self) -> Answer<'_, ()> {
        Box::pin(ready(Ok(())))
    }
}
