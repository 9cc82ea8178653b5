//! Deletes the rows that were selected in a list.

use super::{Consequences, Deletion, Outcome};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::error::{Error, Result};
use crate::models::Query;

/// The result for selected rows.
pub(in crate::admin) enum Selected {
    /// The deletion must be confirmed, or is forbidden: a page shows `admin/_consequences.html`.
    Asked(Box<Consequences>),
    /// The database refused the deletion, with this text.
    Refused(String),
    /// This number of rows were deleted.
    Deleted(usize),
}

/// Deletes `rows` of `registered` with a log entry for each; or returns a preview, unless `confirmed`.
pub(in crate::admin) async fn delete_selected(
    request: &AdminRequest,
    registered: &'static RegisteredModel,
    rows: Query,
    confirmed: bool,
) -> Result<Selected> {
    match Deletion::new(request, registered, rows)
        .carry_out(&request.db, confirmed)
        .await?
    {
        // Like Django, ask for confirmation even if the rows no longer exist.
        Outcome::Nothing if !confirmed => Ok(Selected::Asked(Box::default())),
        Outcome::Nothing => Ok(Selected::Deleted(0)),
        Outcome::Asked(shown) => Ok(Selected::Asked(Box::new(shown))),
        Outcome::Refused(text) => Ok(Selected::Refused(text)),
        Outcome::Denied => Err(Error::PermissionDenied),
        Outcome::Deleted(count) => Ok(Selected::Deleted(count)),
    }
}
