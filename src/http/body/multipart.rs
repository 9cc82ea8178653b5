//! Parses `multipart/form-data`: keeps fields in memory and writes files to disk.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::ContentDisposition;
use futures_util::StreamExt as _;
use tempfile::NamedTempFile;

use super::bounded::{bounded, refusal};
use super::field_count::most_fields;
use super::kept::{self, Kept, KeptFiles};
use super::{PostData, within};
use crate::error::{Error, Result};
use crate::settings::Settings;

/// The largest number of files in one request (Django's `DATA_UPLOAD_MAX_NUMBER_FILES`).
const MAX_FILES: usize = 100;

/// An uploaded file. Its content is in a temporary file, which is deleted when the last clone of
/// this value is dropped.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The original file name on the visitor's computer, without folders. Do not trust it.
    pub name: String,
    /// The content type that the browser sent. Do not trust it.
    pub content_type: String,
    /// Size in bytes.
    pub size: u64,
    content: Arc<Content>,
    keeps_metadata: bool,
    /// The folder that can keep the file if its form must be shown again.
    pub(super) keeper: Option<Arc<KeptFiles>>,
    /// The reference and path of the file if it is kept already.
    kept: Option<Arc<(Kept, PathBuf)>>,
}

/// The location of a file's content.
#[derive(Debug)]
enum Content {
    Sent(NamedTempFile),
    Kept(PathBuf),
}

impl UploadedFile {
    fn sent(name: String, content_type: String, size: u64, content: NamedTempFile) -> Self {
        let content = Arc::new(Content::Sent(content));
        Self {
            name,
            content_type,
            size,
            content,
            keeps_metadata: false,
            keeper: None,
            kept: None,
        }
    }

    /// Whether pictures keep their metadata (`KEEP_IMAGE_METADATA`).
    pub fn keeps_metadata(&self) -> bool {
        self.keeps_metadata
    }

    /// Returns the same file with different content.
    pub fn with_content(&self, content: NamedTempFile) -> std::io::Result<Self> {
        let size = content.as_file().metadata()?.len();
        Ok(Self {
            size,
            content: Arc::new(Content::Sent(content)),
            ..self.clone()
        })
    }

    /// Creates a file from one that an earlier request sent.
    pub(super) fn kept(
        path: PathBuf,
        content_type: String,
        kept: Kept,
        keeper: Arc<KeptFiles>,
        keeps_metadata: bool,
    ) -> Self {
        Self {
            name: kept.name.clone(),
            content_type,
            size: kept.size,
            content: Arc::new(Content::Kept(path.clone())),
            keeps_metadata,
            keeper: Some(keeper),
            kept: Some(Arc::new((kept, path))),
        }
    }

    /// Keeps the file for a while, because the form that sent it in the field `name` must be shown
    /// again. The form needs a hidden input `name-kept` with the reference. Returns `None` if the
    /// file could not be kept.
    pub fn keep(&self, name: &str) -> Option<Kept> {
        match self.kept.as_deref() {
            Some((kept, _)) => Some(kept.clone()),
            None => self.keeper.as_ref()?.keep(name, self),
        }
    }

    /// Deletes the kept copy, because the file has been stored.
    pub fn forget(&self) {
        if let Some((_, path)) = self.kept.as_deref() {
            kept::forget(path);
        }
    }

    /// Whether the file was sent by an earlier request.
    pub(crate) fn was_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// Returns the path of the temporary file.
    pub fn path(&self) -> &Path {
        match &*self.content {
            Content::Sent(file) => file.path(),
            Content::Kept(path) => path,
        }
    }

    /// Creates a file without a request, for tests.
    #[cfg(test)]
    pub(crate) fn from_bytes(name: &str, bytes: &[u8]) -> std::io::Result<Self> {
        let mut content = NamedTempFile::new()?;
        content.write_all(bytes)?;
        Ok(Self::sent(
            name.to_owned(),
            String::new(),
            bytes.len() as u64,
            content,
        ))
    }

    /// Returns the same file with this content type.
    #[cfg(test)]
    pub(crate) fn declared(self, content_type: &str) -> Self {
        Self {
            content_type: content_type.to_owned(),
            ..self
        }
    }
}

pub(super) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    settings: &Settings,
) -> Result<PostData> {
    let mut parts = Multipart::new(
        request.headers(),
        bounded(request, payload.take(), settings),
    );
    let mut data = PostData::default();
    let mut room = settings.data_upload_max_memory_size;
    let mut disk = settings.file_upload_max_size;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(bad)?;
        let Some(name) = part.name().map(str::to_owned) else {
            continue;
        };
        let file = part.content_disposition().and_then(file_name);
        match file {
            // The user chose no file for this file field.
            Some(file) if file.is_empty() => {
                while let Some(chunk) = part.next().await {
                    chunk.map_err(bad)?;
                }
            }
            Some(file) => {
                within(data.files.len() + 1, MAX_FILES)?;
                let mut file = store(&mut part, file, &mut disk, settings).await?;
                file.keeps_metadata = settings.keep_image_metadata;
                data.files.push((name, file));
            }
            None => {
                let value = text(&mut part, &mut room).await?;
                data.fields.push(name, value);
                within(data.fields.len(), most_fields(&data.fields, settings))?;
            }
        }
    }
    Ok(data)
}

async fn text(part: &mut Field, room: &mut usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(bad)?;
        *room = room
            .checked_sub(chunk.len())
            .ok_or(Error::PayloadTooLarge)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn store(
    part: &mut Field,
    name: String,
    room: &mut u64,
    settings: &Settings,
) -> Result<UploadedFile> {
    let content_type = part
        .content_type()
        .map(ToString::to_string)
        .unwrap_or_default();
    let mut content = match &settings.file_upload_temp_dir {
        Some(folder) => NamedTempFile::new_in(folder)?,
        None => NamedTempFile::new()?,
    };
    let mut size = 0;
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(bad)?;
        *room = room
            .checked_sub(chunk.len() as u64)
            .ok_or(Error::PayloadTooLarge)?;
        size += chunk.len() as u64;
        content.write_all(&chunk)?;
    }
    Ok(UploadedFile::sent(name, content_type, size, content))
}

/// Returns the file name of a header, also in the encoded form that some libraries send for names
/// that are not ASCII (`filename*=UTF-8''%C3%A4.png`).
fn file_name(header: &ContentDisposition) -> Option<String> {
    let extended = || Some(String::from_utf8_lossy(&header.get_filename_ext()?.value).into_owned());
    header
        .get_filename()
        .map(str::to_owned)
        .or_else(extended)
        .map(|name| base_name(&name))
}

/// Keeps the file name only (old browsers sent a full path). Returns "" for "." and "..".
fn base_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let base: String = base.chars().filter(|c| !c.is_control()).collect();
    let base = base.trim();
    if matches!(base, "." | "..") {
        String::new()
    } else {
        base.to_owned()
    }
}

fn bad(error: MultipartError) -> Error {
    match error {
        MultipartError::Payload(error) => refusal(&error),
        error => Error::BadRequest(format!("the form could not be read ({error})")),
    }
}
