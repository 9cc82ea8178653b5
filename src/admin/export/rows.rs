//! Reads the rows of an export chunk by chunk.

use std::collections::HashMap;

use super::columns::Column;
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ColumnPath, KeyList, Meta, Query};

/// Number of rows that are read at once.
const CHUNK: usize = 500;

/// A cell of a file.
pub(super) enum Cell {
    One(Value),
    /// The keys of a many-to-many field.
    Many(Vec<Value>),
}

/// The rows of an export. The primary keys are read first, in the order of the list; each chunk of rows is read by its keys.
pub(super) struct Rows<'a> {
    keys: KeyList,
    next: usize,
    /// All rows that the user may see.
    all: Query,
    columns: &'a [Column],
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        conn: &mut Conn,
        rows: &Query,
        all: &Query,
        columns: &'a [Column],
    ) -> Result<Self> {
        Ok(Self {
            keys: rows.key_list(conn)?,
            next: 0,
            all: all.clone().order_by(Vec::new()),
            columns,
        })
    }

    /// Returns the number of rows.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns the next rows; `None` after the last ones. Rows that were deleted meanwhile are left out.
    pub(super) fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<Vec<Cell>>>> {
        let keys = self.keys.chunk(self.next, CHUNK);
        if keys.is_empty() {
            return Ok(None);
        }
        self.next += keys.len();

        let model = self.all.model();
        let mut paths = vec![ColumnPath::own(model.pk().column)];
        paths.extend(self.columns.iter().filter_map(Column::path));
        let rows = self
            .all
            .clone()
            .with_pks(keys.clone())
            .rows(conn, &paths, None, 0)?;
        let mut by_key: HashMap<String, Vec<Value>> = rows
            .into_iter()
            .filter_map(|mut row| {
                let rest = row.split_off(1);
                Some((row.pop()?.text(), rest))
            })
            .collect();

        let mut links = self.links(conn, model, &keys)?;
        let cells = keys.iter().filter_map(|key| {
            let key = key.text();
            let mut values = by_key.remove(&key)?.into_iter();
            let cells = self.columns.iter().map(|column| match column {
                Column::Many(many) => {
                    let of_field = links.get_mut(many.name);
                    let linked = of_field.and_then(|rows| rows.remove(&key));
                    Cell::Many(linked.unwrap_or_default())
                }
                _ => Cell::One(values.next().unwrap_or(Value::Null(crate::db::Kind::Text))),
            });
            Some(cells.collect())
        });
        Ok(Some(cells.collect()))
    }

    /// Returns the links of these rows, by field and primary key.
    fn links(
        &self,
        conn: &mut Conn,
        model: &'static Meta,
        keys: &[Value],
    ) -> Result<HashMap<&'static str, HashMap<String, Vec<Value>>>> {
        let mut links = HashMap::new();
        for column in self.columns {
            if let Column::Many(many) = column {
                links.insert(many.name, many.linked_by_row(conn, model, keys)?);
            }
        }
        Ok(links)
    }
}
