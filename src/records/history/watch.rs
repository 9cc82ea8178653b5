//! [`Watch`]: records what an action does to rows, whichever way it writes them.

use std::collections::HashMap;

use super::{HistoryEntry, PendingChange, Recorder, Root};
use crate::db::Conn;
use crate::error::Result;
use crate::models::{Query, Record};

/// Rows as they were before an action, with their names.
#[derive(Debug)]
pub(crate) struct Watch {
    rows: Vec<(Record, String)>,
    /// The last entry of the history before the action.
    last: i64,
}

impl Watch {
    /// Reads up to `limit` rows. Returns `None` if there are more rows, or if no history is kept.
    pub(crate) fn new(conn: &mut Conn, rows: &Query, limit: i64) -> Result<Option<Self>> {
        if !super::is_kept() {
            return Ok(None);
        }
        let rows = rows.named_records(conn, Some(limit + 1), 0)?;
        let are_few = i64::try_from(rows.len()).is_ok_and(|count| count <= limit);
        if !are_few {
            return Ok(None);
        }
        Ok(Some(Self {
            last: HistoryEntry::last_id(conn)?,
            rows,
        }))
    }

    /// Records the rows that differ now, as changes of `user`. Rows that the action has recorded itself are left out.
    pub(crate) fn record(self, conn: &mut Conn, user: i32) -> Result<()> {
        let Some(model) = self.rows.first().map(|(record, _)| record.model) else {
            return Ok(());
        };
        let pks = self.rows.iter().map(|(record, _)| record.pk().clone());
        let now: HashMap<String, Record> = Query::new(model)
            .with_pks(pks.collect())
            .order_by(Vec::new())
            .records(conn, None, 0)?
            .into_iter()
            .map(|record| (record.pk().to_string(), record))
            .collect();
        let recorded = HistoryEntry::recorded_since(conn, model, self.last)?;

        let mut roots = Vec::new();
        for (before, name) in self.rows {
            let key = before.pk().to_string();
            if recorded.contains(&key) {
                continue;
            }
            let after = now.get(&key);
            if after.is_some_and(|after| *after == before) {
                continue;
            }
            if let Some(change) = PendingChange::new(Some(&before), after)
                && !change.is_empty()
            {
                roots.push(Root {
                    log_id: None,
                    name,
                    change,
                    parts: Vec::new(),
                });
            }
        }
        Recorder::new(user).write(conn, roots)
    }
}
