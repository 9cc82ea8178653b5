//! The table of saved forms.

use chrono::TimeDelta;
use diesel::dsl::not;
use diesel::prelude::*;

use crate::clock;
use crate::db::{Conn, LossyText, Timestamp, is_after};
use crate::error::Result;
use crate::on_conn;
use crate::schema::nuages_submission as submission;

/// Time that a saved form is remembered: as long as an unrenewed session lasts in Django.
const KEPT: TimeDelta = TimeDelta::days(14);
/// One in this many claims deletes old rows.
const TIDIES: u32 = 64;

/// Inserts a row without a response; returns whether the key was new. On PostgreSQL this waits for
/// another transaction that has inserted the key.
pub(super) fn insert(
    conn: &mut Conn,
    key: &str,
    user_id: Option<i32>,
    digest: &str,
) -> Result<bool> {
    if rand::random::<u32>().is_multiple_of(TIDIES) {
        delete_old(conn)?;
    }
    let row = (
        submission::key.eq(key),
        submission::user_id.eq(user_id),
        submission::made_at.eq(Timestamp::now()),
        submission::digest.eq(digest),
        submission::answer.eq(""),
    );
    let inserted = on_conn!(conn, |conn| diesel::insert_into(submission::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted > 0)
}

/// Returns the digest and the response in the row with this key.
pub(super) fn find(conn: &mut Conn, key: &str) -> Result<Option<(String, String)>> {
    let row = submission::table
        .find(key)
        .select((submission::digest, submission::answer));
    let row: Option<(LossyText, LossyText)> = row.first(conn).optional()?;
    Ok(row.map(|(LossyText(digest), LossyText(answer))| (digest, answer)))
}

pub(super) fn note_answer(conn: &mut Conn, key: &str, answer: &str) -> Result<()> {
    diesel::update(submission::table.find(key))
        .set(submission::answer.eq(answer))
        .execute(conn)?;
    Ok(())
}

pub(super) fn delete(conn: &mut Conn, key: &str) -> Result<()> {
    diesel::delete(submission::table.find(key)).execute(conn)?;
    Ok(())
}

/// Deletes the rows that are older than two weeks or have an unreadable time, and returns their
/// number. Part of `clearsessions`.
pub fn delete_old(conn: &mut Conn) -> Result<usize> {
    let before = Timestamp::from(clock::now() - KEPT);
    Ok(
        diesel::delete(submission::table.filter(not(is_after(submission::made_at, before))))
            .execute(conn)?,
    )
}
