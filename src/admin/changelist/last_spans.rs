//! The date spans of the last request for a list.

use std::sync::{Mutex, PoisonError};

use crate::db::Value;

/// The first moment of a span, and the first moment after it.
pub(super) type Span = (Value, Value);

/// The date spans of the last request. The next request nearly always needs the same spans, so they
/// are queried with its first statement, which saves a round trip. If it needs others, the result
/// is discarded: the response never depends on these spans.
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
