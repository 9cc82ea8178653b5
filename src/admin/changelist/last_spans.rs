//! The spans of dates that were asked for last above a list.

use std::sync::{Mutex, PoisonError};

use crate::db::Value;

/// The first moment of a span, and the first one behind it.
pub(super) type Span = (Value, Value);

/// The spans that were asked for last: nearly always the next request asks for the same ones, so they go with its first
/// statement, which spares a round trip. Where it asks for others they go for nothing: what is said never depends on them.
#[derive(Debug, Default)]
pub(in crate::admin) struct LastSpans(Mutex<Vec<Span>>);

impl LastSpans {
    pub(super) fn get(&self) -> Vec<Span> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set(&self, spans: &[Span]) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != spans {
            *last = spans.to_vec();
        }
    }
}
