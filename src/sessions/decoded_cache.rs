//! A cache of decoded sessions, keyed by their signed text.
//!
//! Verifying, decompressing and parsing a session takes a twentieth of the time of an admin page,
//! and the text is usually the same from page to page. The result depends only on the text and the
//! keys.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::codec::Data;
use crate::settings::SecretKey;

/// The cache is cleared when it holds this many sessions.
const MAX_SESSIONS: usize = 256;
/// Longer texts (in bytes) are not cached.
const MAX_TEXT: usize = 2048;

#[derive(Default)]
struct DecodedCache {
    keys: Vec<SecretKey>,
    sessions: HashMap<String, Data>,
}

static CACHE: LazyLock<Mutex<DecodedCache>> = LazyLock::new(Mutex::default);

/// Returns the data of `text` from the cache, if it was decoded with the same keys.
pub(super) fn find<'k>(text: &str, keys: impl Iterator<Item = &'k SecretKey>) -> Option<Data> {
    let cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if keys.eq(&cache.keys) {
        cache.sessions.get(text).cloned()
    } else {
        None
    }
}

/// Caches the data of `text`, which was decoded with these keys.
pub(super) fn keep<'k>(text: &str, keys: impl Iterator<Item = &'k SecretKey> + Clone, data: &Data) {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if !keys.clone().eq(&cache.keys) {
        *cache = DecodedCache {
            keys: keys.cloned().collect(),
            sessions: HashMap::new(),
        };
    }
    if cache.sessions.len() >= MAX_SESSIONS {
        cache.sessions.clear();
    }
    if text.len() <= MAX_TEXT {
        cache.sessions.insert(text.to_owned(), data.clone());
    }
}
