//! The tables of imports, and of their rows before they are written.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::changes;
use crate::clock;
use crate::db::{Conn, Timestamp};
use crate::error::{Error, Result};
use crate::on_conn;
use crate::schema::{nuages_import as import, nuages_import_row as import_row};

/// The age at which an import is deleted, in days.
const KEEP_DAYS: i64 = 7;
/// Number of rows that are inserted with one statement.
const INSERTED: usize = 100;
/// Number of rows that are deleted with one statement.
const DELETED: i64 = 5000;

/// The states of an import.
pub(super) mod state {
    /// The rows are being checked.
    pub(in super::super) const CHECKING: &str = "checking";
    /// The rows are checked, and the user may confirm.
    pub(in super::super) const CHECKED: &str = "checked";
    /// The import waits for a worker, or runs.
    pub(in super::super) const RUNNING: &str = "running";
    /// The rows are written.
    pub(in super::super) const DONE: &str = "done";
    /// The user has cancelled the import. Nothing was written.
    pub(in super::super) const CANCELLED: &str = "cancelled";
    /// Nothing was written, because of an error.
    pub(in super::super) const FAILED: &str = "failed";

    /// The states in which a worker or a request works on the import, or will.
    pub(in super::super) const WAITING: [&str; 2] = [CHECKING, RUNNING];
}

/// An import.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = import)]
pub(super) struct Import {
    pub(super) id: i64,
    pub(super) user_id: i32,
    /// `catalog.Product`
    pub(super) model: String,
    pub(super) file_name: String,
    /// The name of the field that identifies rows.
    pub(super) key: String,
    pub(super) mode: String,
    /// The names of the file's columns, as JSON.
    pub(super) header: String,
    /// The name of the field for each column of the file, or "", as JSON.
    pub(super) mapping: String,
    pub(super) state: String,
    pub(super) is_partial: bool,
    pub(super) total: i64,
    pub(super) new_rows: i64,
    pub(super) changed_rows: i64,
    pub(super) unchanged_rows: i64,
    pub(super) wrong_rows: i64,
    /// The reason why nothing was written.
    pub(super) problem: String,
    /// Some rows that change, as JSON.
    pub(super) sample: String,
    pub(super) task_id: Option<i64>,
}

/// A row of the file.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_row)]
pub(super) struct StagedRow {
    pub(super) import_id: i64,
    /// The position in the file; the first row is 1.
    pub(super) number: i64,
    /// The line of the file.
    pub(super) line: i64,
    /// The cells as JSON.
    pub(super) cells: String,
    /// Whether the row has more or fewer cells than the header.
    pub(super) is_ragged: bool,
    /// The errors as JSON; "" if the row has none.
    pub(super) errors: String,
}

/// An error of a row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct RowError {
    /// The name of the field; "" for the whole row.
    pub(super) field: String,
    pub(super) text: String,
}

/// A row that changes, for the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SampleRow {
    pub(super) name: String,
    /// The label, the value before and the value after of each field that changes.
    pub(super) changes: Vec<(String, String, String)>,
}

/// The numbers of rows by their outcome.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) new: i64,
    pub(super) changed: i64,
    pub(super) unchanged: i64,
    pub(super) wrong: i64,
}

/// An import to be inserted.
pub(super) struct NewImport<'a> {
    pub(super) user_id: i32,
    pub(super) model: &'a str,
    pub(super) file_name: &'a str,
    pub(super) key: &'a str,
    pub(super) mode: &'a str,
}

/// Inserts an import without rows, and deletes old ones. Returns the primary key.
pub(super) fn insert(conn: &mut Conn, new: &NewImport<'_>) -> Result<i64> {
    let now = Timestamp::now();
    let before = Timestamp::from(clock::now() - TimeDelta::days(KEEP_DAYS));
    let old: Vec<i64> = import::table
        .filter(import::made_at.lt(before))
        .select(import::id)
        .load(conn)?;
    for id in old {
        delete(conn, id)?;
    }

    let row = (
        import::user_id.eq(new.user_id),
        import::model.eq(new.model),
        import::file_name.eq(new.file_name),
        import::key.eq(new.key),
        import::mode.eq(new.mode),
        import::header.eq("[]"),
        import::mapping.eq("[]"),
        import::state.eq(state::CHECKING),
        import::is_partial.eq(false),
        import::total.eq(0),
        import::new_rows.eq(0),
        import::changed_rows.eq(0),
        import::unchanged_rows.eq(0),
        import::wrong_rows.eq(0),
        import::problem.eq(""),
        import::sample.eq("[]"),
        import::made_at.eq(now),
    );
    Ok(diesel::insert_into(import::table)
        .values(row)
        .returning(import::id)
        .get_result(conn)?)
}

impl Import {
    /// Whether the import waits for a worker or a request, or runs.
    pub(super) fn is_waiting(&self) -> bool {
        state::WAITING.contains(&self.state.as_str())
    }

    /// Whether nothing was written and nothing is going on: the rows may be checked again, or the import be deleted.
    pub(super) fn has_ended_without_rows(&self) -> bool {
        [state::FAILED, state::CANCELLED].contains(&self.state.as_str())
    }

    /// Whether the state and the task are still those of `earlier`: the user has not cancelled the import or started it again.
    pub(super) fn is_same_run(&self, earlier: &Self) -> bool {
        self.state == earlier.state && self.task_id == earlier.task_id
    }

    /// Whether a request checks the rows. It may have been interrupted.
    pub(super) fn is_checked_by_request(&self) -> bool {
        self.state == state::CHECKING && self.task_id.is_none()
    }
}

/// Deletes an import with its rows, some at a time.
pub(super) fn delete(conn: &mut Conn, id: i64) -> Result<()> {
    changes::clear(conn, id)?;
    loop {
        let last: Option<i64> = import_row::table
            .filter(import_row::import_id.eq(id))
            .order(import_row::number)
            .offset(DELETED - 1)
            .select(import_row::number)
            .first(conn)
            .optional()?;
        let rows = import_row::table.filter(import_row::import_id.eq(id));
        let up_to = import_row::number.le(last.unwrap_or(i64::MAX));
        diesel::delete(rows.filter(up_to)).execute(conn)?;
        if last.is_none() {
            break;
        }
    }
    diesel::delete(import::table.find(id)).execute(conn)?;
    Ok(())
}

/// Deletes the changes of an import that were written, and its rows that have no errors, some at a time.
pub(super) fn delete_right_rows(conn: &mut Conn, id: i64, total: i64) -> Result<()> {
    changes::clear(conn, id)?;
    let mut behind = 0;
    while behind < total {
        let rows = import_row::table
            .filter(import_row::import_id.eq(id))
            .filter(import_row::number.gt(behind))
            .filter(import_row::number.le(behind + DELETED))
            .filter(import_row::errors.eq(""));
        diesel::delete(rows).execute(conn)?;
        behind += DELETED;
    }
    Ok(())
}

/// Inserts rows of a file.
pub(super) fn insert_rows(conn: &mut Conn, rows: &[StagedRow]) -> Result<()> {
    conn.atomic(|conn| {
        for rows in rows.chunks(INSERTED) {
            on_conn!(conn, |conn| diesel::insert_into(import_row::table)
                .values(rows)
                .execute(conn)
                .map_err(Error::from)
                .map(drop))?;
        }
        Ok(())
    })
}

/// Stores the header of the file, the mapping, and the number of rows.
pub(super) fn describe(
    conn: &mut Conn,
    id: i64,
    header: &[String],
    mapping: &[String],
    total: i64,
) -> Result<()> {
    diesel::update(import::table.find(id))
        .set((
            import::header.eq(Json::from(header.to_vec()).to_string()),
            import::mapping.eq(Json::from(mapping.to_vec()).to_string()),
            import::total.eq(total),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the import with this primary key.
pub(super) fn find(conn: &mut Conn, id: i64) -> Result<Option<Import>> {
    Ok(import::table
        .find(id)
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the next rows of an import, behind row number `behind`.
pub(super) fn next(conn: &mut Conn, id: i64, behind: i64, limit: i64) -> Result<Vec<StagedRow>> {
    Ok(import_row::table
        .filter(import_row::import_id.eq(id))
        .filter(import_row::number.gt(behind))
        .order(import_row::number)
        .limit(limit)
        .select(StagedRow::as_select())
        .load(conn)?)
}

/// Returns the rows with these numbers.
pub(super) fn with_numbers(conn: &mut Conn, id: i64, numbers: &[i64]) -> Result<Vec<StagedRow>> {
    Ok(import_row::table
        .filter(import_row::import_id.eq(id))
        .filter(import_row::number.eq_any(numbers))
        .order(import_row::number)
        .select(StagedRow::as_select())
        .load(conn)?)
}

/// Returns up to `limit` rows that have errors.
pub(super) fn wrong(conn: &mut Conn, id: i64, limit: i64) -> Result<Vec<StagedRow>> {
    Ok(import_row::table
        .filter(import_row::import_id.eq(id))
        .filter(import_row::errors.ne(""))
        .order(import_row::number)
        .limit(limit)
        .select(StagedRow::as_select())
        .load(conn)?)
}

/// Sets the errors of rows, by their numbers.
pub(super) fn set_errors(conn: &mut Conn, id: i64, errors: &[(i64, String)]) -> Result<()> {
    for (number, text) in errors {
        diesel::update(import_row::table.find((id, *number)))
            .set(import_row::errors.eq(text))
            .execute(conn)?;
    }
    Ok(())
}

/// Removes the errors of all rows.
pub(super) fn clear_errors(conn: &mut Conn, id: i64) -> Result<()> {
    let rows = import_row::table.filter(import_row::import_id.eq(id));
    diesel::update(rows.filter(import_row::errors.ne("")))
        .set(import_row::errors.eq(""))
        .execute(conn)?;
    Ok(())
}

/// Stores the result of a check.
pub(super) fn set_counts(
    conn: &mut Conn,
    id: i64,
    counts: Counts,
    sample: &[SampleRow],
) -> Result<()> {
    let sample = serde_json::to_string(sample).map_err(std::io::Error::other)?;
    diesel::update(import::table.find(id))
        .set((
            import::new_rows.eq(counts.new),
            import::changed_rows.eq(counts.changed),
            import::unchanged_rows.eq(counts.unchanged),
            import::wrong_rows.eq(counts.wrong),
            import::sample.eq(sample),
        ))
        .execute(conn)?;
    Ok(())
}

/// Changes the state if it is one of `from`, and if `import` still has the same task; returns whether that was so. A worker
/// whose task was deleted changes nothing when the user has started the import again.
pub(super) fn move_to(
    conn: &mut Conn,
    import: &Import,
    from: &[&str],
    to: &str,
    problem: &str,
) -> Result<bool> {
    let has_no_task = import.task_id.is_none().into_sql::<Bool>();
    let has_same_task = import::task_id
        .eq(import.task_id.unwrap_or_default())
        .or(import::task_id.is_null().and(has_no_task).nullable());
    let row = import::table
        .filter(import::id.eq(import.id))
        .filter(import::state.eq_any(from.to_vec()))
        .filter(has_same_task);
    let changed = diesel::update(row)
        .set((import::state.eq(to), import::problem.eq(problem)))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Separates an import from its task, which then changes nothing any more.
pub(super) fn forget_task(conn: &mut Conn, id: i64) -> Result<()> {
    diesel::update(import::table.find(id))
        .set(import::task_id.eq(None::<i64>))
        .execute(conn)?;
    Ok(())
}

/// Starts the import of checked rows: stores the task and whether right rows are taken although others are wrong.
pub(super) fn start(conn: &mut Conn, id: i64, task_id: i64, is_partial: bool) -> Result<()> {
    diesel::update(import::table.find(id))
        .set((
            import::task_id.eq(task_id),
            import::is_partial.eq(is_partial),
        ))
        .execute(conn)?;
    Ok(())
}
