//! What can be done to the rows that are ticked.

use crate::admin::options::{Action, ActionRequest, ActionResult};
use crate::admin::{AdminRequest, Registered};
use crate::db::Conn;
use crate::error::{Error, Result};

/// The one action that every list has.
const DELETE: Action =
    Action::new("delete_selected", "Delete selected %(verbose_name_plural)s", never).permissions(&["delete"]);

/// Deleting has steps of its own.
fn never(_: &mut Conn, _: &ActionRequest<'_>) -> Result<ActionResult> {
    Err(Error::PermissionDenied)
}

/// What the user can do to rows of `known`.
pub(super) fn offered(request: &AdminRequest, known: &'static Registered) -> Vec<Action> {
    if request.is_popup() {
        return Vec::new();
    }
    let all = [DELETE].into_iter().chain(known.options.actions.iter().copied());
    let may = |action: &Action| {
        action.permissions.is_empty() || action.permissions.iter().any(|needed| request.may(known, needed, None))
    };
    all.filter(may).collect()
}
