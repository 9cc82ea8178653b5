//! The selected rows and the action of a list that is shown again after a login.

use std::collections::HashSet;

use super::{actions, editing};
use crate::auth::kept_forms::KeptForm;
use crate::http::PostData;
use crate::models::Row;

/// The action that was chosen in a list, and the selected rows.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) action: String,
    /// Primary keys of the selected rows.
    pks: HashSet<String>,
    /// Whether all pages of the list were selected.
    pub(super) is_across: bool,
}

impl Selection {
    pub(super) fn from_post(post: &PostData) -> Self {
        let pks = post.fields.get_list("_selected_action");
        Self {
            action: actions::chosen(post).unwrap_or_default().to_owned(),
            pks: pks.map(str::to_owned).collect(),
            is_across: actions::is_across(post),
        }
    }

    /// Whether the row with this primary key is selected.
    pub(super) fn has(&self, pk: &str) -> bool {
        self.is_across || self.pks.contains(pk)
    }

    /// Returns the message about selected rows that are not among `rows`.
    pub(super) fn missing(&self, rows: &[Row]) -> Option<String> {
        let pks = rows.iter().filter_map(|row| row.first());
        let shown: HashSet<String> = pks.map(ToString::to_string).collect();
        let count = self.pks.difference(&shown).count();
        let are = if count == 1 { "is" } else { "are" };
        (count > 0 && !self.is_across).then(|| {
            format!("{count} of the selected rows {are} not on this page of the list any more.")
        })
    }
}

/// Returns the message for a list that was sent to run an action, and comes back after a login.
pub(super) fn not_run(kept: &KeptForm) -> String {
    let has_cells = kept
        .post
        .fields
        .get(&format!("{}-TOTAL_FORMS", editing::PREFIX))
        .is_some();
    let typed = if has_cells {
        " Whatever you typed in the list is below and not saved yet."
    } else {
        ""
    };
    format!(
        "{} before the action was run. Nothing has been changed: the action and its rows are selected again below. \
         Check them, then run it.{typed}",
        kept.reason.words()
    )
}
