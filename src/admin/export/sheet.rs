//! Excel workbooks, written in constant memory.

use std::fs::File;

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::columns::Column;
use super::delimited::text_of;
use super::rows::{Cell, Rows};
use crate::db::{Conn, Value};
use crate::error::{Error, Result};

/// The largest number of rows of a sheet, without its head.
const MOST_ROWS: usize = 1_048_575;
/// The largest whole number that a cell holds exactly.
const EXACT: i64 = 1 << 53;
/// The largest number of digits that a cell shows exactly.
const EXACT_DIGITS: usize = 15;

/// Writes the rows to a temporary file.
pub(super) fn write(conn: &mut Conn, mut rows: Rows<'_>, columns: &[Column]) -> Result<File> {
    if rows.len() > MOST_ROWS {
        return Err(Error::BadRequest(format!(
            "a sheet holds at most {MOST_ROWS} rows, and this list has {}: export it as CSV",
            rows.len()
        )));
    }
    let mut workbook = Workbook::new();
    let sheet = workbook
        .add_worksheet_with_constant_memory()
        .map_err(|error| failed(&error))?;
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (at, column) in (0_u16..).zip(columns) {
        sheet
            .write_string(0, at, column.name())
            .map_err(|error| failed(&error))?;
    }

    let mut line = 0;
    while let Some(chunk) = rows.next(conn)? {
        for cells in chunk {
            line += 1;
            for ((at, column), cell) in (0_u16..).zip(columns).zip(&cells) {
                write_cell(sheet, (line, at), column, cell, &day)
                    .map_err(|error| failed(&error))?;
            }
        }
    }

    let mut file = tempfile::tempfile()?;
    workbook
        .save_to_writer(&mut file)
        .map_err(|error| failed(&error))?;
    Ok(file)
}

fn failed(error: &XlsxError) -> Error {
    match error {
        XlsxError::MaxStringLengthExceeded => Error::BadRequest(
            "a cell of a sheet holds at most 32,767 characters, and a text is longer: export as CSV"
                .to_owned(),
        ),
        error => Error::command(format!("the sheet: {error}")),
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    column: &Column,
    cell: &Cell,
    day: &Format,
) -> std::result::Result<(), XlsxError> {
    let text = text_of(column, cell);
    if text.is_empty() {
        return Ok(());
    }
    match cell {
        Cell::One(Value::Bool(yes)) => sheet.write_boolean(row, at, *yes)?,
        Cell::One(Value::Date(date)) => match excel_date(*date) {
            Some(date) => sheet.write_datetime_with_format(row, at, date, day)?,
            None => sheet.write_string(row, at, text)?,
        },
        Cell::One(Value::Decimal(_) | Value::Double(_)) => match exact(&text) {
            Some(number) => sheet.write_number(row, at, number)?,
            None => sheet.write_string(row, at, text)?,
        },
        Cell::One(value) => match value.as_i64().filter(|number| number.abs() <= EXACT) {
            Some(_) => sheet.write_number(row, at, text.parse::<f64>().unwrap_or_default())?,
            None => sheet.write_string(row, at, text)?,
        },
        Cell::Many(_) => sheet.write_string(row, at, text)?,
    };
    Ok(())
}

/// Returns the date if a sheet can hold a date of that year.
fn excel_date(date: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok()?;
    let (month, day) = (u8::try_from(date.month()), u8::try_from(date.day()));
    // Excel believes that 1900 was a leap year.
    (year > 1900).then(|| ExcelDateTime::from_ymd(year, month.ok()?, day.ok()?).ok())?
}

/// Returns the number if a cell can hold each of its digits.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits > EXACT_DIGITS {
        return None;
    }
    text.parse().ok()
}
