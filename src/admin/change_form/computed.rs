//! Computed columns of rows.

use crate::admin::options::{Cell, ListColumn};
use crate::db::{Conn, Value};
use crate::error::Result;
use crate::models::{ColumnPath, Meta, Query};

/// The computed cells of rows, by primary key.
pub(super) type Cells = Vec<(Value, Vec<Cell>)>;

/// Computes `columns` for the rows of `model` with these primary keys, with one query; without rows
/// or columns there is no query.
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
    };
    let mut paths = vec![ColumnPath::own(model.pk().column)];
    paths.extend(columns.iter().flat_map(paths_of));
    let rows = Query::new(model)
        .with_pks(pks)
        .order_by(Vec::new())
        .rows(conn, &paths, None, 0)?;
    let computed = rows.into_iter().map(|mut values| {
        let pk = values.remove(0);
        let cell = |column: &ListColumn| match column {
            ListColumn::Field(_) => Cell::Value(values.remove(0)),
            ListColumn::Computed { paths, compute, .. } => {
                let own: Vec<Value> = values.drain(..paths.len()).collect();
                compute.make(&own)
            }
        };
        (pk, columns.iter().map(cell).collect())
    });
    Ok(computed.collect())
}

/// Returns the cells of one of these rows; empty for a new row.
pub(super) fn cells_of_row<'a>(cells: &'a Cells, pk: &Value) -> &'a [Cell] {
    cells
        .iter()
        .find(|(other, _)| other == pk)
        .map_or(&[], |(_, cells)| cells)
}
