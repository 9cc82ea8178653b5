//! Keeps values that are expensive to compute: Django's `django.core.cache`.
//!
//! A view gets the [`Cache`] as an extractor. [`cache_page`] keeps the responses of a view, and
//! [`Cache::fragment`] a part of a page. `docs/caching.md` compares with Django.
//!
//! ```no_run
//! use nuages::cache::Cache;
//! use nuages::prelude::*;
//!
//! async fn report(cache: Cache, db: web::Data<Db>) -> Result<String> {
//!     let count: i64 = cache
//!         .get_or_set("user-count", async || {
//!             db.run(|conn| Ok(nuages::schema::auth_user::table.count().get_result(conn)?)).await
//!         }, 60)
//!         .await?;
//!     Ok(format!("{count} users"))
//! }
//! ```

mod database;
mod dummy;
mod fragment;
mod key;
mod memory;
mod page;
#[cfg(feature = "redis")]
mod redis;
mod store;
mod timeout;
mod turns;

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use database::create_table_sql;
pub use fragment::fragment_key;
pub use page::{cache_page, vary_on_headers};
pub use timeout::Timeout;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::settings::{CacheBackend, CacheSettings, Settings};
use store::Store;
use turns::Turns;

/// The cache of the site: Django's `cache`. Cloning it is cheap.
///
/// Values are kept as JSON. A value of another type than the requested one counts as missing.
#[derive(Clone)]
pub struct Cache {
    store: Arc<dyn Store>,
    turns: Arc<Turns>,
    settings: Arc<CacheSettings>,
    version: u32,
}

impl Cache {
    /// Opens the cache of `settings`; `db` is the database of the backend `dbcache`.
    pub fn open(settings: &Settings, db: &Db) -> Result<Self> {
        let settings = settings.cache.clone();
        let store: Arc<dyn Store> = match &settings.backend {
            CacheBackend::Memory => Arc::new(memory::Memory::new(settings.max_entries)),
            CacheBackend::Database(table) => Arc::new(database::Database::new(
                db.clone(),
                table,
                settings.max_entries,
            )),
            #[cfg(feature = "redis")]
            CacheBackend::Redis(url) => Arc::new(redis::Redis::new(url)?),
            #[cfg(not(feature = "redis"))]
            CacheBackend::Redis(_) => {
                return Err(Error::command(
                    "CACHE_URL names a Redis server: compile with nuages = { features = [\"redis\"] }",
                ));
            }
            CacheBackend::Dummy => Arc::new(dummy::Dummy),
        };
        Ok(Self {
            store,
            turns: Arc::default(),
            version: settings.version,
            settings: Arc::new(settings),
        })
    }

    /// Returns the same cache with another `version` of its keys: Django's argument `version`.
    #[must_use]
    pub fn version(&self, version: u32) -> Self {
        Self {
            version,
            ..self.clone()
        }
    }

    fn key(&self, key: &str) -> String {
        key::full(&self.settings.key_prefix, self.version, key)
    }

    /// Returns the value of `key`, if it is there and has not expired.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let text = self.store.get(&self.key(key)).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Returns the values of those keys that are there.
    pub async fn get_many<T: DeserializeOwned>(&self, keys: &[&str]) -> Result<HashMap<String, T>> {
        let mut values = HashMap::new();
        for key in keys {
            if let Some(value) = self.get(key).await? {
                values.insert((*key).to_owned(), value);
            }
        }
        Ok(values)
    }

    /// Sets the value of `key`. The timeout is a number of seconds, a
    /// [`Duration`](std::time::Duration), `None` for a value that does not expire, or
    /// [`Timeout::Default`]. With 0 the value is not kept.
    pub async fn set<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        timeout: impl Into<Timeout>,
    ) -> Result<()> {
        let age = timeout.into().age(&self.settings);
        if age.is_some_and(|age| age.is_zero()) {
            return self.delete(key).await.map(drop);
        }
        self.store.set(&self.key(key), json(value)?, age).await
    }

    /// Sets several values.
    pub async fn set_many<T: Serialize>(
        &self,
        values: &[(&str, T)],
        timeout: impl Into<Timeout>,
    ) -> Result<()> {
        let timeout = timeout.into();
        for (key, value) in values {
            self.set(key, value, timeout).await?;
        }
        Ok(())
    }

    /// Sets the value of `key`, unless it has one; returns whether the value was set.
    pub async fn add<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
        timeout: impl Into<Timeout>,
    ) -> Result<bool> {
        let age = timeout.into().age(&self.settings);
        if age.is_some_and(|age| age.is_zero()) {
            return Ok(!self.has_key(key).await?);
        }
        self.store.add(&self.key(key), json(value)?, age).await
    }

    /// Returns the value of `key`, or computes and sets it. Other requests of this process that
    /// need the same value meanwhile wait for it instead of computing it as well.
    pub async fn get_or_set<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        compute: impl AsyncFnOnce() -> Result<T>,
        timeout: impl Into<Timeout>,
    ) -> Result<T> {
        if let Some(value) = self.get(key).await? {
            return Ok(value);
        }
        let _turn = self.turns.wait(&self.key(key)).await;
        if let Some(value) = self.get(key).await? {
            return Ok(value);
        }
        let value = compute().await?;
        self.set(key, &value, timeout).await?;
        Ok(value)
    }

    /// Adds `delta` to the integer `key`, and returns the sum; `None` if there is no such value.
    pub async fn incr(&self, key: &str, delta: i64) -> Result<Option<i64>> {
        self.store.incr(&self.key(key), delta).await
    }

    /// Subtracts `delta` from the integer `key`; see [`incr`](Self::incr).
    pub async fn decr(&self, key: &str, delta: i64) -> Result<Option<i64>> {
        self.incr(key, delta.saturating_neg()).await
    }

    /// Sets a new timeout; returns whether the key is there.
    pub async fn touch(&self, key: &str, timeout: impl Into<Timeout>) -> Result<bool> {
        let age = timeout.into().age(&self.settings);
        if age.is_some_and(|age| age.is_zero()) {
            return self.delete(key).await;
        }
        self.store.touch(&self.key(key), age).await
    }

    /// Whether `key` has a value.
    pub async fn has_key(&self, key: &str) -> Result<bool> {
        Ok(self.store.get(&self.key(key)).await?.is_some())
    }

    /// Deletes the value of `key`; returns whether there was one.
    pub async fn delete(&self, key: &str) -> Result<bool> {
        self.store.delete(&self.key(key)).await
    }

    /// Deletes the values of several keys.
    pub async fn delete_many(&self, keys: &[&str]) -> Result<()> {
        for key in keys {
            self.delete(key).await?;
        }
        Ok(())
    }

    /// Deletes everything, also the values of other sites that use the same table or the same Redis
    /// database.
    pub async fn clear(&self) -> Result<()> {
        self.store.clear().await
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::command(format!("a value cannot be cached: {error}")))
}

impl FromRequest for Cache {
    type Error = Error;
    type Future = std::future::Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let cache = request.app_data::<web::Data<Self>>();
        std::future::ready(
            cache
                .map(|cache| Self::clone(cache))
                .ok_or_else(|| Error::command("the server has no cache")),
        )
    }
}
