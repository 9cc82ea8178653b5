//! Forms that create an account and were sent twice: the second request creates no account and gets
//! the same response as the first.

use crate::auth::User;
use crate::db::Conn;
use crate::error::Result;
use crate::forms::submissions::{Claim, Submission};

/// Returns the account that an earlier request with the same page created, and whether both
/// requests had the same content.
pub(super) fn saved_before(
    conn: &mut Conn,
    submission: Option<&Submission>,
) -> Result<Option<(User, bool)>> {
    let Some(submission) = submission else {
        return Ok(None);
    };
    let (noted, is_same) = match submission.answer(conn)? {
        Some(Claim::Again(noted)) => (noted, true),
        Some(Claim::Changed(noted)) => (noted, false),
        _ => return Ok(None),
    };
    let Ok(id) = noted.parse() else {
        return Ok(None);
    };
    Ok(User::find(conn, id)?.map(|user| (user, is_same)))
}

/// Records the account that was created, or releases the submission id if none was.
pub(super) fn note(
    conn: &mut Conn,
    submission: Option<&Submission>,
    made: Option<&User>,
) -> Result<()> {
    match (submission, made) {
        (Some(submission), Some(user)) => submission.finish(conn, &user.id.to_string()),
        (Some(submission), None) => submission.release(conn),
        (None, _) => Ok(()),
    }
}

/// Returns the error for a page that was sent again with different content.
pub(super) fn already_saved(user: &User) -> String {
    format!(
        "This page was already saved: the user “{}” was added. What you see now was not saved. Save again to add another user.",
        user.username
    )
}
