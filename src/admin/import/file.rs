//! Reads the rows of a file: CSV, JSON Lines or a sheet.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _, Write as _};
use std::path::Path;

use calamine::{DataRef, Reader as _, Xlsx};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};

/// The largest number of columns of a file.
const MOST_COLUMNS: usize = 500;
/// The largest size of one line of JSON Lines, in bytes.
const LONGEST_LINE: u64 = 4 << 20;
/// The largest size of a sheet when it is decompressed, in bytes.
const LARGEST_SHEET: u64 = 100 << 20;
/// Number of bytes that are decoded at once.
const PART: usize = 64 * 1024;

/// A row of a file.
pub(super) struct FileRow {
    pub(super) line: i64,
    /// A cell is a text, or a value of JSON Lines. `None` if a line of JSON Lines has no such name.
    pub(super) cells: Vec<Option<Json>>,
    pub(super) is_ragged: bool,
}

/// Receives the rows of a file.
pub(super) type Sink<'a> = dyn FnMut(FileRow) -> Result<()> + 'a;

/// Reads the file at `path`, and calls `sink` with each row. Returns the names of the columns. `format` and `encoding` may be
/// `auto`. An [`Error::BadRequest`] says what is wrong with the file.
pub(super) fn read(
    path: &Path,
    format: &str,
    encoding: &str,
    sink: &mut Sink<'_>,
) -> Result<Vec<String>> {
    let mut file = File::open(path)?;
    let mut start = [0; 512];
    let length = file.read(&mut start)?;
    let start = &start[..length];
    file.rewind()?;
    if start.is_empty() {
        return Err(wrong("The file is empty."));
    }

    let is_zip = start.starts_with(b"PK\x03\x04");
    match format {
        "xlsx" if !is_zip => Err(wrong("The file is not an Excel workbook (xlsx).")),
        "xlsx" => sheet(file, sink),
        "auto" if is_zip => sheet(file, sink),
        "csv" | "jsonl" if is_zip => Err(wrong(
            "The file is a workbook or a ZIP archive, not a text. Choose another format.",
        )),
        "csv" | "jsonl" | "auto" => {
            let text = decoded(file, start, encoding)?;
            let is_json = format == "jsonl" || (format == "auto" && begins_with_brace(&text)?);
            if is_json {
                json_lines(text, sink)
            } else {
                delimited(text, sink)
            }
        }
        _ => Err(wrong("Choose CSV, JSON Lines or Excel.")),
    }
}

fn wrong(text: impl Into<String>) -> Error {
    Error::BadRequest(text.into())
}

/// Copies the file as UTF-8 to a temporary file.
fn decoded(mut file: File, start: &[u8], encoding: &str) -> Result<File> {
    let chosen = match encoding {
        "auto" | "" => Encoding::for_bom(start).map_or(UTF_8, |(found, _)| found),
        label => Encoding::for_label(label.as_bytes())
            .ok_or_else(|| wrong(format!("The encoding {label} is unknown.")))?,
    };
    let mut decoder = chosen.new_decoder_with_bom_removal();
    let mut copy = tempfile::tempfile()?;
    let (mut part, mut text) = (vec![0; PART], String::with_capacity(PART * 3));
    let mut line = 1;
    loop {
        let length = file.read(&mut part)?;
        let is_last = length == 0;
        let mut rest = &part[..length];
        loop {
            text.clear();
            let (result, read) =
                decoder.decode_to_string_without_replacement(rest, &mut text, is_last);
            rest = &rest[read..];
            copy.write_all(text.as_bytes())?;
            line += text.bytes().filter(|byte| *byte == b'\n').count();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let hint = if chosen == UTF_16LE || chosen == UTF_16BE || encoding != "auto" {
                        "Choose another encoding."
                    } else {
                        "Save it as UTF-8, or choose its encoding."
                    };
                    return Err(wrong(format!(
                        "Line {line} of the file is not valid in the encoding {}. {hint}",
                        chosen.name()
                    )));
                }
            }
        }
        if is_last {
            break;
        }
    }
    copy.rewind()?;
    Ok(copy)
}

fn begins_with_brace(mut file: &File) -> Result<bool> {
    let mut start = [0; 512];
    let length = file.read(&mut start)?;
    file.rewind()?;
    let first = start[..length]
        .iter()
        .find(|byte| !byte.is_ascii_whitespace());
    Ok(first == Some(&b'{'))
}

fn delimited(file: File, sink: &mut Sink<'_>) -> Result<Vec<String>> {
    let Shape { separator, is_crlf } = shape(&file)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(BufReader::new(file));
    let broken = |error: csv::Error| wrong(format!("The file cannot be read as CSV: {error}"));

    let mut record = csv::StringRecord::new();
    if !reader.read_record(&mut record).map_err(broken)? {
        return Err(wrong("The file is empty."));
    }
    let header: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    check_header(&header)?;
    while reader.read_record(&mut record).map_err(broken)? {
        // The reader stops between `\r` and `\n`, so that a record seems to begin on the line before.
        let line = record.position().map_or(0, csv::Position::line) + u64::from(is_crlf);
        sink(FileRow {
            line: i64::try_from(line).unwrap_or(i64::MAX),
            is_ragged: record.len() != header.len(),
            cells: record.iter().map(|cell| Some(cell.into())).collect(),
        })?;
    }
    Ok(header)
}

/// The shape of a CSV file, as its first line shows it.
struct Shape {
    separator: u8,
    /// Whether lines end with `\r\n`.
    is_crlf: bool,
}

/// Returns the separator that the first line has most often outside of quotes, and its end.
fn shape(mut file: &File) -> Result<Shape> {
    let mut start = vec![0; PART];
    let length = file.read(&mut start)?;
    file.rewind()?;
    let mut is_quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let (mut before, mut is_crlf) = (0, false);
    for byte in &start[..length] {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => {
                is_crlf = before == b'\r';
                break;
            }
            _ if !is_quoted => counts
                .iter_mut()
                .filter(|(separator, _)| separator == byte)
                .for_each(|(_, count)| *count += 1),
            _ => {}
        }
        before = *byte;
    }
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    let separator = most
        .filter(|(_, count)| *count > 0)
        .map_or(b',', |(separator, _)| *separator);
    Ok(Shape { separator, is_crlf })
}

fn check_header(header: &[String]) -> Result<()> {
    if header.len() > MOST_COLUMNS {
        return Err(wrong(format!(
            "The file has {} columns, and at most {MOST_COLUMNS} are allowed.",
            header.len()
        )));
    }
    if header.iter().any(|name| name.contains('\0')) {
        return Err(wrong(
            "The file is not a text: its first line has null characters.",
        ));
    }
    if header.iter().all(String::is_empty) {
        return Err(wrong("The first line of the file has no names of columns."));
    }
    Ok(())
}

fn json_lines(file: File, sink: &mut Sink<'_>) -> Result<Vec<String>> {
    let mut reader = BufReader::new(file);
    let mut header: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut line = 0;
    loop {
        text.clear();
        line += 1;
        let length = reader.by_ref().take(LONGEST_LINE).read_line(&mut text)?;
        if length == 0 {
            break;
        }
        if length as u64 == LONGEST_LINE && !text.ends_with('\n') {
            return Err(wrong(format!("Line {line} of the file is too long.")));
        }
        if text.trim().is_empty() {
            continue;
        }
        let object: Map<String, Json> = serde_json::from_str(text.trim()).map_err(|error| {
            wrong(format!(
                "Line {line} of the file is not a JSON object: {error}"
            ))
        })?;
        for name in object.keys() {
            if !header.contains(name) {
                header.push(name.clone());
            }
        }
        if header.len() > MOST_COLUMNS {
            check_header(&header)?;
        }
        sink(FileRow {
            line,
            is_ragged: false,
            cells: header
                .iter()
                .map(|name| object.get(name).cloned())
                .collect(),
        })?;
    }
    check_header(&header)?;
    Ok(header)
}

fn sheet(file: File, sink: &mut Sink<'_>) -> Result<Vec<String>> {
    let broken = || wrong("The file is not an Excel workbook that can be read (xlsx).");
    let mut archive = zip::ZipArchive::new(&file).map_err(|_| broken())?;
    let mut size = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| broken())?;
        size = size.saturating_add(entry.size());
    }
    if size > LARGEST_SHEET {
        return Err(wrong(format!(
            "The workbook is too large: its content has {} MB, and at most {} MB are allowed. Save it as CSV.",
            size >> 20,
            LARGEST_SHEET >> 20
        )));
    }
    drop(archive);

    let mut copy = file;
    copy.rewind()?;
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(copy)).map_err(|_| broken())?;
    let name = book.sheet_names().into_iter().next().ok_or_else(broken)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| broken())?;
    let mut rows = SheetRows {
        header: Vec::new(),
        row: 0,
        cells: Vec::new(),
    };
    while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
        let (row, column) = cell.get_position();
        if row != rows.row {
            rows.end(sink)?;
            rows.row = row;
        }
        let text = cell_text(cell.get_value());
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column < MOST_COLUMNS {
            if rows.cells.len() <= column {
                rows.cells.resize(column + 1, String::new());
            }
            rows.cells[column] = text;
        }
    }
    rows.end(sink)?;
    if rows.header.is_empty() {
        return Err(wrong("The first sheet of the workbook is empty."));
    }
    Ok(rows.header)
}

/// The row of a sheet that is being read.
struct SheetRows {
    header: Vec<String>,
    row: u32,
    cells: Vec<String>,
}

impl SheetRows {
    /// Ends the row: the first one is the header. Empty rows are left out.
    fn end(&mut self, sink: &mut Sink<'_>) -> Result<()> {
        let mut cells = std::mem::take(&mut self.cells);
        if cells.iter().all(String::is_empty) {
            return Ok(());
        }
        if self.header.is_empty() {
            self.header = cells.iter().map(|name| name.trim().to_owned()).collect();
            return check_header(&self.header);
        }
        while cells.len() > self.header.len() && cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        let is_ragged = cells.len() > self.header.len();
        cells.resize(cells.len().max(self.header.len()), String::new());
        sink(FileRow {
            line: i64::from(self.row) + 1,
            is_ragged,
            cells: cells.into_iter().map(|cell| Some(cell.into())).collect(),
        })
    }
}

fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second, milli) {
                (0, 0, 0, 0) => date,
                (_, _, _, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
            }
        }
        DataRef::Error(error) => error.to_string(),
    }
}
