//! CSV and JSON Lines.

use serde_json::{Map, Value as Json};

use super::columns::Column;
use super::rows::Cell;
use super::values::{cell_json, cell_text};
use crate::db::Value;
use crate::error::{Error, Result};

/// The characters that let a spreadsheet read a text as a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Returns the head of a CSV file: the names of the columns.
pub(super) fn csv_head(columns: &[Column], is_for_excel: bool) -> Result<Vec<u8>> {
    // Excel reads UTF-8 only with a byte order mark.
    let start = if is_for_excel { "\u{feff}" } else { "" };
    let names = columns.iter().map(Column::name).collect();
    let mut head = start.as_bytes().to_vec();
    head.extend(csv_lines(std::iter::once(names))?);
    Ok(head)
}

/// Returns rows as CSV.
pub(super) fn csv_rows(
    columns: &[Column],
    rows: &[Vec<Cell>],
    is_for_excel: bool,
) -> Result<Vec<u8>> {
    csv_lines(rows.iter().map(|cells| {
        let cells = columns.iter().zip(cells);
        cells
            .map(|(column, cell)| csv_cell(column, cell, is_for_excel))
            .collect()
    }))
}

fn csv_lines(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>> {
    let failed = |error: csv::Error| Error::command(error.to_string());
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(failed)?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::command(error.to_string()))
}

fn csv_cell(column: &Column, cell: &Cell, is_for_excel: bool) -> String {
    let text = text_of(column, cell);
    let is_text = matches!(cell, Cell::One(Value::Text(_)));
    if is_for_excel && is_text && text.starts_with(FORMULA) {
        return format!("'{text}");
    }
    text
}

/// Returns a cell as text: `3,5` for a many-to-many field.
pub(super) fn text_of(column: &Column, cell: &Cell) -> String {
    match (cell, column.field()) {
        (Cell::One(value), Some(field)) => cell_text(field, value),
        (Cell::One(value), None) => value.text(),
        (Cell::Many(keys), _) => {
            let keys: Vec<String> = keys.iter().map(Value::text).collect();
            keys.join(",")
        }
    }
}

/// Returns rows as JSON Lines.
pub(super) fn json_rows(columns: &[Column], rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut lines = Vec::new();
    for cells in rows {
        let pairs = columns.iter().zip(cells).map(|(column, cell)| {
            let value = match (cell, column) {
                (Cell::One(value), column) => column
                    .field()
                    .map_or(Json::Null, |field| cell_json(field, value)),
                (Cell::Many(keys), Column::Many(many)) => keys
                    .iter()
                    .map(|key| cell_json(many.to().pk(), key))
                    .collect(),
                (Cell::Many(_), _) => Json::Null,
            };
            (column.name(), value)
        });
        let object: Map<String, Json> = pairs.collect();
        lines.extend(Json::Object(object).to_string().into_bytes());
        lines.push(b'\n');
    }
    lines
}
