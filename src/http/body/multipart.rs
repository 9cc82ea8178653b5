//! `multipart/form-data`: fields into memory, files onto disk.

use std::io::Write as _;
use std::sync::Arc;

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::ContentDisposition;
use futures_util::StreamExt as _;
use tempfile::NamedTempFile;

use super::{PostData, within};
use crate::error::{Error, Result};
use crate::settings::Settings;

/// Files in one request (Django's `DATA_UPLOAD_MAX_NUMBER_FILES`).
const MAX_FILES: usize = 100;

/// A file that was sent. It lies in a temporary file, which is gone with the last clone of this.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The name it had at the visitor's, without folders. Never to be trusted.
    pub name: String,
    /// What the browser says it is. Never to be trusted.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    content: Arc<NamedTempFile>,
}

impl UploadedFile {
    /// Where the content lies.
    pub fn path(&self) -> &std::path::Path {
        self.content.path()
    }

    /// A file that no request sent, for tests.
    #[cfg(test)]
    pub(crate) fn of(name: &str, bytes: &[u8]) -> std::io::Result<Self> {
        let mut content = NamedTempFile::new()?;
        content.write_all(bytes)?;
        let (name, content_type) = (name.to_owned(), String::new());
        Ok(Self { name, content_type, size: bytes.len() as u64, content: Arc::new(content) })
    }
}

pub(super) async fn read(request: &HttpRequest, payload: &mut Payload, settings: &Settings) -> Result<PostData> {
    let mut parts = Multipart::new(request.headers(), payload.take());
    let mut data = PostData::default();
    let mut room = settings.data_upload_max_memory_size;
    let mut disk = settings.file_upload_max_size;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(bad)?;
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let file = part.content_disposition().and_then(file_name);
        match file {
            // A file field in which no file was chosen.
            Some(file) if file.is_empty() => while part.next().await.is_some() {},
            Some(file) => {
                within(data.files.len() + 1, MAX_FILES)?;
                data.files.push((name, store(&mut part, file, &mut disk).await?));
            }
            None => {
                let value = text(&mut part, &mut room).await?;
                data.fields.push(name, value);
                within(data.fields.len(), settings.data_upload_max_number_fields)?;
            }
        }
    }
    Ok(data)
}

async fn text(part: &mut Field, room: &mut usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(bad)?;
        *room = room.checked_sub(chunk.len()).ok_or(Error::PayloadTooLarge)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn store(part: &mut Field, name: String, room: &mut u64) -> Result<UploadedFile> {
    let content_type = part.content_type().map(ToString::to_string).unwrap_or_default();
    let mut content = NamedTempFile::new()?;
    let mut size = 0;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(bad)?;
        *room = room.checked_sub(chunk.len() as u64).ok_or(Error::PayloadTooLarge)?;
        size += chunk.len() as u64;
        content.write_all(&chunk)?;
    }
    Ok(UploadedFile { name, content_type, size, content: Arc::new(content) })
}

/// The name in a header, as it is or as some libraries send what is not ASCII (`filename*=UTF-8''%C3%A4.png`).
fn file_name(header: &ContentDisposition) -> Option<String> {
    let extended = || Some(String::from_utf8_lossy(&header.get_filename_ext()?.value).into_owned());
    header.get_filename().map(str::to_owned).or_else(extended).map(|name| base_name(&name))
}

/// Browsers of old sent whole paths. What is left of a name that only leads to a folder is none.
fn base_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let base: String = base.chars().filter(|c| !c.is_control()).collect();
    let base = base.trim();
    if matches!(base, "." | "..") { String::new() } else { base.to_owned() }
}

fn bad(error: impl std::fmt::Display) -> Error {
    Error::BadRequest(format!("the form could not be read ({error})"))
}
