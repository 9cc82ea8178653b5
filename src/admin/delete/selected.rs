//! Deleting the rows that were chosen in a list.

use super::{Consequences, Deletion, Outcome};
use crate::admin::{AdminRequest, Registered};
use crate::error::{Error, Result};
use crate::models::Query;

/// What became of chosen rows.
pub(in crate::admin) enum Selected {
    /// They are to be confirmed, or something forbids it: a page shows `admin/_consequences.html`.
    Asked(Box<Consequences>),
    /// So many of them are gone.
    Deleted(usize),
}

/// Deletes `rows` of `known`, however many, with a log entry for each; or says what would go, unless `confirmed`.
pub(in crate::admin) async fn delete_selected(
    request: &AdminRequest,
    known: &'static Registered,
    rows: Query,
    confirmed: bool,
) -> Result<Selected> {
    match Deletion::new(request, known, rows)
        .carry_out(&request.db, confirmed)
        .await?
    {
        // Rows that are gone already: Django asks all the same.
        Outcome::Nothing if !confirmed => Ok(Selected::Asked(Box::default())),
        Outcome::Nothing => Ok(Selected::Deleted(0)),
        Outcome::Asked(shown) => Ok(Selected::Asked(Box::new(shown))),
        Outcome::Denied => Err(Error::PermissionDenied),
        Outcome::Deleted(count) => Ok(Selected::Deleted(count)),
    }
}
