//! The table of the changes that a checked import will make.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::on_conn;
use crate::schema::nuages_import_change as change;

/// Number of changes that are inserted with one statement.
const INSERTED: usize = 100;
/// Number of changes that are deleted with one statement.
const DELETED: i64 = 5000;

/// A change that was checked and is not written yet.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = change)]
pub(super) struct StagedChange {
    pub(super) import_id: i64,
    /// The number of the row in the file.
    pub(super) number: i64,
    /// The primary key of the row that changes, as text; "" for a new row.
    pub(super) object_id: String,
    /// The labels of the fields that change, as JSON.
    pub(super) labels: String,
    /// The values before and after, as in the history.
    pub(super) changes: String,
}

impl StagedChange {
    /// Whether the row is new.
    pub(super) fn is_new(&self) -> bool {
        self.object_id.is_empty()
    }
}

/// Inserts changes.
pub(super) fn insert(conn: &mut Conn, changes: &[StagedChange]) -> Result<()> {
    for some in changes.chunks(INSERTED) {
        on_conn!(conn, |conn| diesel::insert_into(change::table)
            .values(some)
            .execute(conn)
            .map_err(Error::from)
            .map(drop))?;
    }
    Ok(())
}

/// Returns the next changes of an import, behind row number `behind`.
pub(super) fn next(conn: &mut Conn, id: i64, behind: i64, limit: i64) -> Result<Vec<StagedChange>> {
    Ok(change::table
        .filter(change::import_id.eq(id))
        .filter(change::number.gt(behind))
        .order(change::number)
        .limit(limit)
        .select(StagedChange::as_select())
        .load(conn)?)
}

/// Deletes the changes of an import, some at a time, so that other transactions need not wait for long.
pub(super) fn clear(conn: &mut Conn, id: i64) -> Result<()> {
    loop {
        let last: Option<i64> = change::table
            .filter(change::import_id.eq(id))
            .order(change::number)
            .offset(DELETED - 1)
            .select(change::number)
            .first(conn)
            .optional()?;
        let rows = change::table.filter(change::import_id.eq(id));
        let up_to = change::number.le(last.unwrap_or(i64::MAX));
        diesel::delete(rows.filter(up_to)).execute(conn)?;
        if last.is_none() {
            return Ok(());
        }
    }
}
