//! [`Batch`]: changes of many rows that can be undone at once.

use diesel::prelude::*;

use super::EntryFilter;
use crate::db::{Conn, Timestamp};
use crate::error::Result;
use crate::models::Meta;
use crate::on_conn;
use crate::schema::nuages_batch as batch;
use crate::signing::random_string;

/// Length of the key of a batch, which is part of the URL that undoes it.
const KEY: usize = 24;
/// The keys of batches that tasks make begin with it. No random key has a hyphen.
const OF_TASK: &str = "task-";

/// Changes of many rows that can be undone at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The key in URLs.
    pub(crate) key: String,
    /// The model of the rows: `catalog.product`.
    pub(crate) model: String,
    /// The words for people: `Bulk edit`.
    pub(crate) title: String,
    /// The number of rows.
    pub(crate) count: i32,
}

/// A batch in the database.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = batch)]
pub(crate) struct StoredBatch {
    pub(crate) key: String,
    pub(crate) made_at: Timestamp,
    pub(crate) user_id: Option<i32>,
    pub(crate) model: String,
    pub(crate) title: String,
    pub(crate) row_count: i32,
    pub(crate) undone_at: Option<Timestamp>,
}

impl Batch {
    /// Creates a batch with a random key.
    pub(crate) fn new(model: &Meta, title: impl Into<String>) -> Self {
        Self {
            key: random_string(KEY),
            model: model.label(),
            title: title.into(),
            count: 0,
        }
    }

    /// Returns the key of the batch that a task makes.
    pub(crate) fn key_of_task(id: i64) -> String {
        format!("{OF_TASK}{id}")
    }

    /// Returns the task that makes the batch with this key; `None` if no task makes it.
    pub(crate) fn task_of(key: &str) -> Option<i64> {
        key.strip_prefix(OF_TASK)?.parse().ok()
    }

    /// Writes the batch, if it has rows.
    pub(super) fn write(self, conn: &mut Conn, user: Option<i32>) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let row = (
            batch::key.eq(self.key),
            batch::made_at.eq(Timestamp::now()),
            batch::user_id.eq(user),
            batch::model.eq(self.model),
            batch::title.eq(self.title),
            batch::row_count.eq(self.count),
        );
        on_conn!(conn, |conn| diesel::insert_into(batch::table)
            .values(row)
            .execute(conn))?;
        Ok(())
    }
}

impl StoredBatch {
    /// Returns the batch with this key.
    pub(crate) fn find(conn: &mut Conn, key: &str) -> Result<Option<Self>> {
        if key.contains('\0') {
            return Ok(None);
        }
        let batch_of_key = batch::table.find(key).select(Self::as_select());
        Ok(batch_of_key.first(conn).optional()?)
    }

    /// Marks the batch as undone; returns false if it already was.
    pub(crate) fn mark_undone(&self, conn: &mut Conn) -> Result<bool> {
        let open = batch::table
            .find(&self.key)
            .filter(batch::undone_at.is_null());
        let marked = diesel::update(open)
            .set(batch::undone_at.eq(Timestamp::now()))
            .execute(conn)?;
        Ok(marked == 1)
    }

    /// Returns up to `limit` batches behind the one with this time and key, the latest first.
    pub(crate) fn latest(
        conn: &mut Conn,
        filter: &EntryFilter,
        behind: Option<(Timestamp, &str)>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let mut rows = batch::table
            .filter(batch::model.eq_any(filter.models.clone()))
            .order((batch::made_at.desc(), batch::key))
            .limit(limit)
            .select(Self::as_select())
            .into_boxed();
        if let Some(user) = filter.user {
            rows = rows.filter(batch::user_id.eq(user));
        }
        if let Some(from) = filter.from {
            rows = rows.filter(batch::made_at.ge(from));
        }
        if let Some(until) = filter.until {
            rows = rows.filter(batch::made_at.lt(until));
        }
        if let Some((time, key)) = behind {
            let is_later_key = batch::made_at.eq(time).and(batch::key.gt(key.to_owned()));
            rows = rows.filter(batch::made_at.lt(time).or(is_later_key));
        }
        Ok(rows.load(conn)?)
    }
}
