//! Computed columns of rows.

use crate::admin::options::{Cell, ListColumn};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Meta, Query};

/// The computed cells of rows, by primary key.
pub(super) type Cells = Vec<(Value, Vec<Cell>)>;

/// Computes `columns` for the rows of `model` with these primary keys, with one query and those of the columns that load
/// their content; without rows or columns there is no query.
pub(super) fn cells(
    conn: &mut Conn,
    model: &'static Meta,
    columns: &[ListColumn],
    pks: Vec<Value>,
) -> Result<Cells> {
    if columns.is_empty() || pks.is_empty() {
        return Ok(Vec::new());
    }
    let paths_of = |column: &ListColumn| match column {
        ListColumn::Field(path) => vec![path.clone()],
        ListColumn::Computed { paths, .. } => paths.clone(),
        ListColumn::Loaded { .. } => Vec::new(),
    };
    let mut paths = vec![ColumnPath::own(model.pk().column)];
    paths.extend(columns.iter().flat_map(paths_of));
    let rows = Query::new(model)
        .with_pks(pks)
        .order_by(Vec::new())
        .rows(conn, &paths, None, 0)?;

    let mut computed = Vec::with_capacity(rows.len());
    for mut values in rows {
        let pk = values.remove(0);
        let mut of_row = Vec::with_capacity(columns.len());
        for column in columns {
            of_row.push(match column {
                ListColumn::Field(_) => Cell::Value(values.remove(0)),
                ListColumn::Computed { paths, compute, .. } => {
                    let own: Vec<Value> = values.drain(..paths.len()).collect();
                    compute.make(&own)
                }
                ListColumn::Loaded { load, .. } => {
                    let record = Query::new(model).find(conn, pk.clone())?;
                    match record {
                        Some(record) => load(conn, &record)?,
                        None => Cell::default(),
                    }
                }
            });
        }
        computed.push((pk, of_row));
    }
    Ok(computed)
}

/// Returns the cells of one of these rows; empty for a new row.
pub(super) fn cells_of_row<'a>(cells: &'a Cells, pk: &Value) -> &'a [Cell] {
    cells
        .iter()
        .find(|(other, _)| other == pk)
        .map_or(&[], |(_, cells)| cells)
}
