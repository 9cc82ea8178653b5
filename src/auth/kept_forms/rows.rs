//! The table of kept forms.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::AGE;
use crate::clock;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::schema::nuages_kept_form as kept_form;

/// The largest number of forms of one user; a further form replaces the oldest.
const MOST_OF_USER: i64 = 5;
/// The largest number of forms of all users.
const MOST: i64 = 300;

/// Stores a form, and replaces one with the same key.
pub(super) fn insert(conn: &mut Conn, key: &str, user_id: i32, sealed: &str) -> Result<()> {
    delete_old(conn)?;
    diesel::delete(kept_form::table.find(key)).execute(conn)?;
    let newest_first = kept_form::table
        .select(kept_form::key)
        .order((kept_form::made_at.desc(), kept_form::key));
    let mut surplus: Vec<String> = newest_first
        .filter(kept_form::user_id.eq(user_id))
        .offset(MOST_OF_USER - 1)
        .limit(MOST)
        .load(conn)?;
    surplus.extend(
        newest_first
            .offset(MOST - 1)
            .limit(MOST)
            .load::<String>(conn)?,
    );
    for key in surplus {
        delete(conn, &key)?;
    }

    let row = (
        kept_form::key.eq(key),
        kept_form::user_id.eq(user_id),
        kept_form::made_at.eq(Timestamp::now()),
        kept_form::sealed.eq(sealed),
    );
    diesel::insert_into(kept_form::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Returns the sealed form with this key, unless it is too old.
pub(super) fn find(conn: &mut Conn, key: &str) -> Result<Option<String>> {
    let form = kept_form::table
        .filter(kept_form::key.eq(key))
        .filter(kept_form::made_at.ge(oldest()));
    Ok(form.select(kept_form::sealed).first(conn).optional()?)
}

/// Deletes the form with this key, and returns whether it existed.
pub(super) fn delete(conn: &mut Conn, key: &str) -> Result<bool> {
    Ok(diesel::delete(kept_form::table.find(key)).execute(conn)? > 0)
}

/// Deletes forms that are too old, and returns their number. Part of `clearsessions`.
pub fn delete_old(conn: &mut Conn) -> Result<usize> {
    Ok(diesel::delete(kept_form::table.filter(kept_form::made_at.lt(oldest()))).execute(conn)?)
}

fn oldest() -> Timestamp {
    (clock::now() - TimeDelta::seconds(AGE)).into()
}
