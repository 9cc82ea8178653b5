//! Records the values that a page has saved, so that a browser that goes back and saves again does
//! not conflict with itself.
//!
//! The record is kept by this process only. Another process may report an unnecessary conflict, but
//! nothing is lost.

use std::collections::VecDeque;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Number of pages that are recorded.
const KEPT: usize = 1000;

/// The marks of the values that a page has saved, by field name.
pub(super) type Marks = Vec<(&'static str, String)>;

static PAGES: LazyLock<Mutex<VecDeque<(String, Marks)>>> = LazyLock::new(Mutex::default);

/// Records the values that `page` has just saved, in addition to earlier ones.
pub(super) fn remember(page: &str, mut marks: Marks) {
    let mut pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, known)) = pages.iter_mut().find(|(known, _)| known == page) {
        known.retain(|(name, _)| marks.iter().all(|(other, _)| other != name));
        known.append(&mut marks);
    } else {
        pages.push_front((page.to_owned(), marks));
        pages.truncate(KEPT);
    }
}

/// Returns the values that `page` has saved, if they are still recorded.
pub(super) fn saved_by(page: &str) -> Option<Marks> {
    let pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    pages
        .iter()
        .find(|(known, _)| known == page)
        .map(|(_, marks)| marks.clone())
}

#[cfg(test)]
mod tests {
    use super::{KEPT, remember, saved_by};

    #[test]
    fn a_page_remembers_its_own_last_save() {
        assert_eq!(saved_by("a page of its own"), None);
        for stock in ["1", "2"] {
            remember("a page of its own", vec![("stock", stock.to_owned())]);
        }
        assert_eq!(
            saved_by("a page of its own"),
            Some(vec![("stock", "2".to_owned())])
        );
        for number in 0..KEPT {
            remember(&format!("other {number}"), Vec::new());
        }
        assert_eq!(saved_by("a page of its own"), None);
    }
}
