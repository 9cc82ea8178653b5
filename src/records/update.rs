//! Sets the same values in many rows.

use super::history::{PendingChange, Recorder, Root};
use crate::db::Conn;
use crate::error::Result;
use crate::models::{Assignment, Query};

/// Number of rows that one statement changes: a database keeps the data for rolling back a
/// statement in memory.
const AT_ONCE: i64 = 10_000;

/// Number of rows whose values are recorded at a time.
const RECORDED_AT_ONCE: i64 = 500;

/// Assigns the same values to all `rows`, and returns the number of rows. `progress` gets the number
/// of rows that are done, after each statement.
///
/// As Django's `QuerySet.update`, this sets no `auto_now` columns, calls no hooks and writes no
/// history.
pub fn update(
    conn: &mut Conn,
    rows: &Query,
    values: &[Assignment],
    progress: impl FnMut(i64),
) -> Result<i64> {
    update_with(conn, &mut Recorder::off(), rows, values, progress)
}

/// Like [`update`], and keeps the values before and after in the history, as changes of the user with this primary key.
pub(crate) fn update_as(
    conn: &mut Conn,
    user: i32,
    rows: &Query,
    values: &[Assignment],
    progress: impl FnMut(i64),
) -> Result<i64> {
    update_with(conn, &mut Recorder::new(user), rows, values, progress)
}

fn update_with(
    conn: &mut Conn,
    recorder: &mut Recorder,
    rows: &Query,
    values: &[Assignment],
    mut progress: impl FnMut(i64),
) -> Result<i64> {
    let (mut chunks, mut done) = (rows.chunks(AT_ONCE), 0);
    while let Some(some) = chunks.next_query(conn)? {
        some.lock(conn)?;
        if !recorder.is_off() {
            record(conn, recorder, &some, values)?;
        }
        done += i64::try_from(some.update(conn, values)?).unwrap_or_default();
        progress(done);
    }
    Ok(done)
}

/// Records the rows that the update will change.
fn record(
    conn: &mut Conn,
    recorder: &mut Recorder,
    rows: &Query,
    values: &[Assignment],
) -> Result<()> {
    let mut chunks = rows.chunks(RECORDED_AT_ONCE);
    while let Some(some) = chunks.next_query(conn)? {
        let mut roots = Vec::new();
        for (before, name) in some.order_by(Vec::new()).named_records(conn, None, 0)? {
            let mut after = before.clone();
            for Assignment { column, value } in values {
                if let Some(field) = before.model.column(column) {
                    after.set_value(field, value.clone());
                }
            }
            let change = PendingChange::new(Some(&before), Some(&after));
            if let Some(change) = change.filter(|change| !change.is_empty()) {
                roots.push(Root {
                    log_id: None,
                    name,
                    change,
                    parts: Vec::new(),
                });
            }
        }
        recorder.write(conn, roots)?;
    }
    Ok(())
}
