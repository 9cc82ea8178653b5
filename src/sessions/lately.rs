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
const MANY: usize = 256;
/// Longer texts (in bytes) are not cached.
const LONG: usize = 2048;

#[derive(Default)]
struct Lately {
    keys: Vec<SecretKey>,
    read: HashMap<String, Data>,
}

static LATELY: LazyLock<Mutex<Lately>> = LazyLock::new(Mutex::default);

/// Returns the data of `text` from the cache, if it was decoded with the same keys.
pub(super) fn find<'k>(text: &str, keys: impl Iterator<Item = &'k SecretKey>) -> Option<Data> {
    let lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    if keys.eq(&lately.keys) {
        lately.read.get(text).cloned()
    } else {
        None
    }
}

/// Caches the data of `text`, which was decoded with these keys.
pub(super) fn keep<'k>(text: &str, keys: impl Iterator<Item = &'k SecretKey> + Clone, data: &Data) {
    let mut lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    if !keys.clone().eq(&lately.keys) {
        *lately = Lately {
            keys: keys.cloned().collect(),
            read: HashMap::new(),
        };
    }
    if lately.read.len() >= MANY {
        lately.read.clear();
    }
    if text.len() <= LONG {
        lately.read.insert(text.to_owned(), data.clone());
    }
}
