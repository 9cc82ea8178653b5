//! [`HistoryEntry`]: a row of the history.

use diesel::prelude::*;

use super::values::{FieldDelta, read};
use crate::db::{Timestamp, Value};
use crate::models::{Meta, find_by_label, parse};
use crate::schema::nuages_history as history;

/// An action on one row.
#[derive(Debug, Clone, Identifiable, Queryable, Selectable)]
#[diesel(table_name = history)]
pub(crate) struct HistoryEntry {
    pub(crate) id: i64,
    /// The entry of which this is a part.
    pub(crate) parent_id: Option<i64>,
    /// The entry of Django's log about the same action.
    pub(crate) log_id: Option<i32>,
    pub(crate) made_at: Timestamp,
    pub(crate) user_id: Option<i32>,
    /// 1 add, 2 change, 3 delete.
    pub(crate) action: i16,
    /// `catalog.product`
    pub(crate) model: String,
    /// The primary key of the row, as text.
    pub(crate) object_id: String,
    /// The display name of the row at that time; "" for a part.
    pub(crate) name: String,
    /// The changes in JSON.
    pub(crate) changes: String,
    /// The time at which a deleted row was restored.
    pub(crate) undone_at: Option<Timestamp>,
}

impl HistoryEntry {
    /// Returns the model, if it is installed.
    pub(crate) fn meta(&self) -> Option<&'static Meta> {
        find_by_label(&self.model)
    }

    /// Returns the primary key of the row.
    pub(crate) fn pk(&self) -> Option<Value> {
        parse(self.meta()?.pk().target(), &self.object_id)
    }

    /// Returns the changes in the order of the model's fields.
    pub(crate) fn deltas(&self) -> Vec<FieldDelta> {
        self.meta()
            .map(|model| read(model, self.action, &self.changes))
            .unwrap_or_default()
    }
}
