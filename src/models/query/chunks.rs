//! Reads all rows of a query in chunks.

use super::Query;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Condition, Lookup, Order, Record};

/// See [`Query::chunks`].
#[derive(Debug)]
pub struct Chunks {
    rows: Query,
    behind: Option<Value>,
    size: i64,
    is_over: bool,
}

impl Query {
    /// Returns all these rows in primary-key order, `size` at a time (at least one). Rows may be
    /// deleted meanwhile.
    pub fn chunks(&self, size: i64) -> Chunks {
        let pk = ColumnPath::own(self.model.pk().column);
        let rows = self.clone().order_by(vec![Order {
            path: pk,
            descending: false,
        }]);
        Chunks {
            rows,
            behind: None,
            size,
            is_over: false,
        }
    }
}

impl Chunks {
    /// Returns the next chunk as a query; `None` after the last one. Reads only the end of the
    /// chunk.
    pub fn next_query(&mut self, conn: &mut Conn) -> Result<Option<Query>> {
        let pk = ColumnPath::own(self.rows.model.pk().column);
        let rest = self.rest();
        let end = rest
            .rows(conn, std::slice::from_ref(&pk), Some(1), self.size - 1)?
            .pop()
            .and_then(|mut row| row.pop());
        if let Some(last) = end {
            self.behind = Some(last.clone());
            return Ok(Some(rest.filter(Condition::Is {
                path: pk,
                lookup: Lookup::Lte,
                values: vec![last],
            })));
        }
        let is_over = std::mem::replace(&mut self.is_over, true);
        Ok(Some(rest).filter(|_| !is_over))
    }

    /// Returns the next rows; `None` after the last ones.
    pub fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<Record>>> {
        let records = self.rest().records(conn, Some(self.size), 0)?;
        self.behind = records.last().map(|record| record.pk().clone());
        Ok(Some(records).filter(|records| !records.is_empty()))
    }

    /// Returns the primary keys and display names of the next rows; `None` after the last ones.
    pub fn next_named(&mut self, conn: &mut Conn) -> Result<Option<Vec<(Value, String)>>> {
        let named = self.rest().named(conn, Some(self.size), 0)?;
        self.behind = named.last().map(|(pk, _)| pk.clone());
        Ok(Some(named).filter(|named| !named.is_empty()))
    }

    fn rest(&self) -> Query {
        let rows = self.rows.clone();
        match &self.behind {
            Some(last) => {
                let path = ColumnPath::own(rows.model.pk().column);
                rows.filter(Condition::Is {
                    path,
                    lookup: Lookup::Gt,
                    values: vec![last.clone()],
                })
            }
            None => rows,
        }
    }
}
