//! What the texts of sessions hold that were read lately.
//!
//! To check, unfold and parse the text of a session costs a page of the admin a twentieth of its time, and it is the same text
//! from page to page. What it says depends on nothing but itself and the keys.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::codec::Data;
use crate::settings::SecretKey;

/// So many are kept; then all are forgotten.
const MANY: usize = 256;
/// Longer texts are not kept.
const LONG: usize = 2048;

#[derive(Default)]
struct Lately {
    keys: Vec<SecretKey>,
    read: HashMap<String, Data>,
}

static LATELY: LazyLock<Mutex<Lately>> = LazyLock::new(Mutex::default);

/// What `text` holds, if it was read lately with these keys.
pub(super) fn find<'k>(text: &str, keys: impl Iterator<Item = &'k SecretKey>) -> Option<Data> {
    let lately = LATELY.lock().unwrap_or_else(PoisonError::into_inner);
    if keys.eq(&lately.keys) {
        lately.read.get(text).cloned()
    } else {
        None
    }
}

/// Keeps what `text` holds, which was read with these keys.
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
