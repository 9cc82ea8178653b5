//! The settings of the cache.

use std::time::Duration;

use super::SecretKey;
use super::env::Env;

const ACCEPTED: &str = "locmem://, dbcache://TABLE, redis://HOST:PORT/NUMBER or dummy://, such as dbcache://django_cache";

/// The place where cached values are kept.
#[derive(Debug, Clone)]
pub enum CacheBackend {
    /// `locmem://`: the memory of the process; each process has its own values.
    Memory,
    /// `dbcache://TABLE`: a table of the database, which `createcachetable` creates.
    Database(String),
    /// `redis://…`: a Redis server. Needs the cargo feature `redis`.
    Redis(SecretKey),
    /// `dummy://`: nothing is kept.
    Dummy,
}

/// The settings of the cache: `CACHE_URL` and, with the meaning of Django's `CACHES`, `CACHE_TIMEOUT`,
/// `CACHE_KEY_PREFIX`, `CACHE_VERSION` and `CACHE_MAX_ENTRIES`.
#[derive(Debug, Clone)]
pub struct CacheSettings {
    /// `CACHE_URL`; the default is the memory of the process.
    pub backend: CacheBackend,
    /// `CACHE_TIMEOUT` (seconds, or `None`): the age at which values expire that are set with the default timeout.
    pub timeout: Option<Duration>,
    /// `CACHE_KEY_PREFIX`: the first part of all keys, if several sites use one cache.
    pub key_prefix: String,
    /// `CACHE_VERSION`: the second part of all keys.
    pub version: u32,
    /// `CACHE_MAX_ENTRIES`: the number of values in the memory or the table; more are discarded.
    pub max_entries: usize,
}

impl CacheSettings {
    pub(super) fn read(env: &Env, wrong: &mut Vec<String>) -> Self {
        let timeout = match env.get("CACHE_TIMEOUT") {
            Some("None" | "none") => None,
            _ => Some(env.seconds_up_to("CACHE_TIMEOUT", 300.0, 3_153_600_000.0, wrong)),
        };
        Self {
            backend: backend(env, wrong),
            timeout,
            key_prefix: env.get("CACHE_KEY_PREFIX").unwrap_or_default().to_owned(),
            version: env.number("CACHE_VERSION", 1, 0..=u32::MAX, wrong),
            max_entries: env.number("CACHE_MAX_ENTRIES", 300, 1..=usize::MAX, wrong),
        }
    }
}

fn backend(env: &Env, wrong: &mut Vec<String>) -> CacheBackend {
    let Some(url) = env.get("CACHE_URL") else {
        return CacheBackend::Memory;
    };
    let (scheme, rest) = url.split_once("://").unwrap_or((url, ""));
    let is_table = !rest.is_empty()
        && rest.len() <= 63
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match scheme {
        "locmem" | "locmemcache" => CacheBackend::Memory,
        "dbcache" | "db" if is_table => CacheBackend::Database(rest.to_owned()),
        "redis" | "rediss" => CacheBackend::Redis(SecretKey::new(url)),
        "rediscache" => CacheBackend::Redis(SecretKey::new(format!("redis://{rest}"))),
        "dummy" | "dummycache" => CacheBackend::Dummy,
        _ => {
            // The value may hold a password.
            wrong.push(format!("CACHE_URL is not accepted. It can be {ACCEPTED}"));
            CacheBackend::Memory
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (CacheSettings, Vec<String>) {
        let mut wrong = Vec::new();
        let settings = CacheSettings::read(&Env::from_pairs(pairs), &mut wrong);
        (settings, wrong)
    }

    #[test]
    fn defaults_equal_djangos() {
        let (settings, wrong) = read(&[]);
        assert!(wrong.is_empty() && matches!(settings.backend, CacheBackend::Memory));
        assert_eq!(settings.timeout, Some(Duration::from_mins(5)));
        assert_eq!((settings.version, settings.max_entries), (1, 300));
        assert_eq!(read(&[("CACHE_TIMEOUT", "None")]).0.timeout, None);
    }

    #[test]
    fn a_url_that_is_not_accepted_is_refused_without_its_password() {
        for url in [
            "memcached://ann:sesame@cache",
            "dbcache://",
            "dbcache://a;b",
        ] {
            let (_, wrong) = read(&[("CACHE_URL", url)]);
            assert_eq!(wrong.len(), 1, "{url}");
            assert!(!wrong[0].contains("sesame"), "{wrong:?}");
        }
        let (settings, _) = read(&[("CACHE_URL", "redis://:sesame@cache:6379/1")]);
        assert!(!format!("{settings:?}").contains("sesame"));
    }
}
