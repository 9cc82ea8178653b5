//! Queries for the history.

use std::collections::HashSet;

use diesel::prelude::*;

use super::HistoryEntry;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::models::Meta;
use crate::schema::{nuages_batch as batch, nuages_history as history};

/// Number of rows that `clearhistory` deletes at a time.
const CLEARED_AT_ONCE: i64 = 1000;

/// The entries of the page with all changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct EntryFilter {
    /// Only entries about rows of these models: `catalog.product`.
    pub(crate) models: Vec<String>,
    /// The user who asks, and models of which only this user's own changes are shown.
    pub(crate) user_id: i32,
    pub(crate) own_models: Vec<String>,
    /// Only changes by this user.
    pub(crate) user: Option<i32>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    /// Only entries of this batch; without one, entries of no batch.
    pub(crate) batch: Option<String>,
    /// Only entries before this one.
    pub(crate) before: Option<i64>,
}

impl HistoryEntry {
    /// Returns the entry with this primary key, if it is not a part of another one.
    pub(crate) fn find(conn: &mut Conn, id: i64) -> Result<Option<Self>> {
        let entry = history::table
            .find(id)
            .filter(history::parent_id.is_null())
            .select(Self::as_select());
        Ok(entry.first(conn).optional()?)
    }

    /// Returns all entries about a row, oldest first.
    pub(crate) fn of_row(conn: &mut Conn, model: &'static Meta, pk: &str) -> Result<Vec<Self>> {
        let entries = history::table
            .filter(history::model.eq(model.concrete().label()))
            .filter(history::object_id.eq(pk))
            .order(history::id)
            .select(Self::as_select());
        Ok(entries.load(conn)?)
    }

    /// Returns the parts of these entries, in the order in which they were written.
    pub(crate) fn parts_of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Self>> {
        let mut parts = Vec::new();
        for some in ids.chunks(500) {
            let ids: Vec<Option<i64>> = some.iter().copied().map(Some).collect();
            let children = history::table
                .filter(history::parent_id.eq_any(ids))
                .order(history::id)
                .select(Self::as_select());
            parts.extend(children.load::<Self>(conn)?);
        }
        Ok(parts)
    }

    /// Returns the entries of a batch with a primary key above `after`, up to `limit`.
    pub(crate) fn of_batch(
        conn: &mut Conn,
        key: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let entries = history::table
            .filter(history::batch.eq(key))
            .filter(history::parent_id.is_null())
            .filter(history::id.gt(after))
            .order(history::id)
            .limit(limit)
            .select(Self::as_select());
        Ok(entries.load(conn)?)
    }

    /// Returns the entries about deleted rows of a model that were not restored, the latest first: up to `limit`, and only
    /// entries before the entry `before`. `user` limits them to rows that this user has deleted.
    pub(crate) fn deleted(
        conn: &mut Conn,
        model: &'static Meta,
        user: Option<i32>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let mut rows = history::table
            .filter(history::model.eq(model.concrete().label()))
            .filter(history::action.eq(3))
            .filter(history::parent_id.is_null())
            .filter(history::undone_at.is_null())
            .order(history::id.desc())
            .limit(limit)
            .select(Self::as_select())
            .into_boxed();
        if let Some(user) = user {
            rows = rows.filter(history::user_id.eq(user));
        }
        if let Some(before) = before {
            rows = rows.filter(history::id.lt(before));
        }
        Ok(rows.load(conn)?)
    }

    /// Returns up to `limit` entries, the latest first.
    pub(crate) fn latest(conn: &mut Conn, filter: &EntryFilter, limit: i64) -> Result<Vec<Self>> {
        let mut rows = history::table
            .filter(history::parent_id.is_null())
            .filter(
                history::model
                    .eq_any(filter.models.clone())
                    .or(history::model
                        .eq_any(filter.own_models.clone())
                        .and(history::user_id.eq(filter.user_id).assume_not_null())),
            )
            .order(history::id.desc())
            .limit(limit)
            .select(Self::as_select())
            .into_boxed();
        rows = match &filter.batch {
            Some(key) => rows.filter(history::batch.eq(key.clone())),
            None => rows.filter(history::batch.is_null()),
        };
        if let Some(user) = filter.user {
            rows = rows.filter(history::user_id.eq(user));
        }
        if let Some(from) = filter.from {
            rows = rows.filter(history::made_at.ge(from));
        }
        if let Some(until) = filter.until {
            rows = rows.filter(history::made_at.lt(until));
        }
        if let Some(before) = filter.before {
            rows = rows.filter(history::id.lt(before));
        }
        Ok(rows.load(conn)?)
    }

    /// Returns the greatest primary key.
    pub(crate) fn last_id(conn: &mut Conn) -> Result<i64> {
        let last = history::table
            .order(history::id.desc())
            .select(history::id)
            .first(conn)
            .optional()?;
        Ok(last.unwrap_or_default())
    }

    /// Returns the primary keys of rows of `model` with an entry after the entry `last`.
    pub(crate) fn recorded_since(
        conn: &mut Conn,
        model: &'static Meta,
        last: i64,
    ) -> Result<HashSet<String>> {
        let changed = history::table
            .filter(history::id.gt(last))
            .filter(history::model.eq(model.concrete().label()))
            .select(history::object_id);
        Ok(changed.load::<String>(conn)?.into_iter().collect())
    }

    /// Returns those of these entries of Django's log that are in the history too.
    pub(crate) fn logged(conn: &mut Conn, logs: &[i32]) -> Result<Vec<i32>> {
        let logs: Vec<Option<i32>> = logs.iter().copied().map(Some).collect();
        let log_ids = history::table
            .filter(history::log_id.eq_any(logs))
            .select(history::log_id);
        Ok(log_ids
            .load::<Option<i32>>(conn)?
            .into_iter()
            .flatten()
            .collect())
    }

    /// Marks a deleted row as restored; returns false if it already was.
    pub(crate) fn mark_undone(&self, conn: &mut Conn) -> Result<bool> {
        let open = history::table
            .find(self.id)
            .filter(history::undone_at.is_null());
        let marked = diesel::update(open)
            .set(history::undone_at.eq(Timestamp::now()))
            .execute(conn)?;
        Ok(marked == 1)
    }
}

/// Deletes the rows that were written before `time`, some at a time, and the batches of that time. Returns the number of
/// rows. Call it outside of transactions.
pub(crate) fn clear(conn: &mut Conn, time: Timestamp) -> Result<usize> {
    let mut cleared = 0;
    loop {
        let oldest = history::table
            .order(history::id)
            .limit(CLEARED_AT_ONCE)
            .select((history::id, history::made_at));
        let oldest: Vec<(i64, Timestamp)> = oldest.load(conn)?;
        let old: Vec<i64> = oldest
            .iter()
            .filter(|(_, made_at)| *made_at < time)
            .map(|(id, _)| *id)
            .collect();
        if old.is_empty() {
            break;
        }
        cleared += diesel::delete(history::table.filter(history::id.eq_any(&old))).execute(conn)?;
        if old.len() < oldest.len() {
            break;
        }
    }
    diesel::delete(batch::table.filter(batch::made_at.lt(time))).execute(conn)?;
    Ok(cleared)
}
