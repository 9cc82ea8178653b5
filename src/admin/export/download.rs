//! Streams the file of an export.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use actix_web::web::{self, Bytes};
use chrono_tz::Tz;
use futures_util::stream::{self, StreamExt as _};

use super::columns::Column;
use super::rows::Rows;
use super::{delimited, sheet};
use crate::admin::{AdminRequest, RegisteredModel};
use crate::clock;
use crate::db::{Conn, RowSink};
use crate::error::{Error, Result};
use crate::http::never_cache;
use crate::models::Query;

/// Number of bytes of a temporary file that are sent at once.
const PART: usize = 64 * 1024;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    JsonLines,
    Sheet,
}

impl Format {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            "xlsx" => Some(Self::Sheet),
            _ => None,
        }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Sheet => "xlsx",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl; charset=utf-8",
            Self::Sheet => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// The file of an export.
pub(super) struct Download {
    pub(super) registered: &'static RegisteredModel,
    /// The rows of the list.
    pub(super) rows: Query,
    /// All rows that the user may see.
    pub(super) all: Query,
    pub(super) columns: Vec<Column>,
    pub(super) format: Format,
    pub(super) is_for_excel: bool,
    pub(super) zone: Tz,
}

impl Download {
    /// Returns the file. The first part (the whole file, for a workbook) is made before the response begins, so that an error
    /// in it becomes a page.
    pub(super) async fn respond(self, request: &AdminRequest) -> Result<HttpResponse> {
        let mut response = HttpResponse::Ok();
        let today = clock::now().with_timezone(&self.zone).date_naive();
        let (name, extension) = (&self.registered.model.name, self.format.extension());
        response.content_type(self.format.content_type());
        response.insert_header((
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}-{today}.{extension}\""),
        ));
        let mut response = if self.format == Format::Sheet {
            let made = request.db.run(move |conn| self.sheet(conn)).await?;
            // A workbook is compressed already.
            response.insert_header((CONTENT_ENCODING, HeaderValue::from_static("identity")));
            response.insert_header((CONTENT_LENGTH, made.size));
            response.streaming(made.into_parts())
        } else {
            let mut parts = request
                .db
                .stream(1, move |conn, sink| self.text(conn, sink))
                .await?;
            let first = parts.next().await.unwrap_or_else(|| Ok(Vec::new()))?;
            let rest = parts.flat_map(|part| match part {
                Ok(parts) => stream::iter(parts.into_iter().map(Ok).collect::<Vec<_>>()),
                Err(error) => stream::iter(vec![Err(error)]),
            });
            let first = stream::iter(first.into_iter().map(Ok));
            response.streaming(first.chain(rest))
        };
        never_cache(response.headers_mut());
        Ok(response)
    }

    /// Writes CSV or JSON Lines.
    fn text(&self, conn: &mut Conn, sink: &mut RowSink<Bytes>) -> Result<()> {
        let columns = &self.columns;
        let mut rows = Rows::new(conn, &self.rows, &self.all, columns)?;
        if self.format == Format::Csv {
            sink.send(delimited::csv_head(columns, self.is_for_excel)?.into())?;
        }
        while let Some(chunk) = rows.next(conn)? {
            let part = match self.format {
                Format::Csv => delimited::csv_rows(columns, &chunk, self.is_for_excel)?,
                _ => delimited::json_rows(columns, &chunk),
            };
            sink.send(part.into())?;
        }
        Ok(())
    }

    fn sheet(&self, conn: &mut Conn) -> Result<MadeFile> {
        let rows = Rows::new(conn, &self.rows, &self.all, &self.columns)?;
        let mut file = sheet::write(conn, rows, &self.columns)?;
        let size = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(MadeFile { file, size })
    }
}

/// A temporary file, to be sent.
struct MadeFile {
    file: File,
    size: u64,
}

impl MadeFile {
    fn into_parts(self) -> impl stream::Stream<Item = Result<Bytes>> {
        stream::unfold(Some(self.file), |file| async {
            let mut file = file?;
            #[expect(clippy::disallowed_methods, reason = "reads a file and no database")]
            let read = web::block(move || {
                let mut part = vec![0; PART];
                let length = file.read(&mut part)?;
                part.truncate(length);
                Ok::<_, std::io::Error>((part, file))
            })
            .await;
            match read {
                Ok(Ok((part, _))) if part.is_empty() => None,
                Ok(Ok((part, file))) => Some((Ok(Bytes::from(part)), Some(file))),
                Ok(Err(error)) => Some((Err(error.into()), None)),
                Err(_) => Some((
                    Err(Error::command("the thread that read the file has ended")),
                    None,
                )),
            }
        })
    }
}
