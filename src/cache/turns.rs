//! Lets one request compute a value while others wait for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// The number of keys at which keys without a waiting request are forgotten.
const MANY: usize = 1_000;
/// The longest time that a request waits for the value of another one. Then it computes the value
/// as well.
const PATIENCE: Duration = Duration::from_secs(10);

/// The values that are computed at the moment, by their keys.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Weak<Turn<()>>>>);

impl Turns {
    /// Waits until no other request of this process computes the value of `key`.
    pub(super) async fn wait(&self, key: &str) -> Option<OwnedMutexGuard<()>> {
        let turn = self.turn(key);
        tokio::time::timeout(PATIENCE, turn.lock_owned()).await.ok()
    }

    fn turn(&self, key: &str) -> Arc<Turn<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        if turns.len() >= MANY {
            turns.retain(|_, turn| turn.strong_count() > 0);
        }
        let turn = Arc::new(Turn::new(()));
        turns.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
    }
}
