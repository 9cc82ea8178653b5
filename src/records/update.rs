//! Sets the same values in many rows.

use crate::db::Conn;
use crate::error::Result;
use crate::models::{Assignment, Query};

/// Number of rows that one statement changes: a database keeps the data for rolling back a
/// statement in memory.
const AT_ONCE: i64 = 10_000;

/// Assigns the same values to all `rows`, and returns the number of rows. `progress` gets the number
/// of rows that are done, after each statement.
///
/// As Django's `QuerySet.update`, this sets no `auto_now` columns, calls no hooks and writes no
/// history.
pub fn update(
    conn: &mut Conn,
    rows: &Query,
    values: &[Assignment],
    mut progress: impl FnMut(i64),
) -> Result<i64> {
    let (mut chunks, mut done) = (rows.chunks(AT_ONCE), 0);
    while let Some(some) = chunks.next_query(conn)? {
        some.lock(conn)?;
        done += i64::try_from(some.update(conn, values)?).unwrap_or_default();
        progress(done);
    }
    Ok(done)
}
