//! The fields and files of a request body: Django's `request.POST` and `request.FILES`.

mod bounded;
mod field_count;
mod kept;
mod multipart;

use std::future::{Ready, ready};
use std::pin::pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};

use super::QueryDict;
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::words::counted;

pub(super) use bounded::{declared_chunks, declared_length, is_chunked, limit};
use field_count::most_fields;
pub use field_count::{FIELD_COUNT, field_count};
pub use kept::{Kept, KeptFiles};
pub use multipart::UploadedFile;

/// The content of a submitted form. As in Django, a body of another content type counts as an empty
/// form.
#[derive(Debug, Clone, Default)]
pub struct PostData {
    /// The fields, in order.
    pub fields: QueryDict,
    /// The files, with the names of their fields.
    pub files: Vec<(String, UploadedFile)>,
    /// The names of file fields that refer to a kept file which is not there any more.
    pub lost_files: Vec<String>,
}

impl PostData {
    /// Reads the body, within `DATA_UPLOAD_MAX_MEMORY_SIZE` (without files), `DATA_UPLOAD_MAX_NUMBER_FIELDS` and
    /// `BODY_TIMEOUT`.
    pub async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        settings: &Settings,
    ) -> Result<Self> {
        match kind(request).as_str() {
            "multipart/form-data" => multipart::read(request, payload, settings).await,
            "application/x-www-form-urlencoded" => {
                let body = whole(bounded::bounded(request, payload.take(), settings)).await?;
                let fields = QueryDict::parse_bytes(&body);
                within(fields.len(), most_fields(&fields, settings))?;
                Ok(Self {
                    fields,
                    ..Self::default()
                })
            }
            _ => Ok(Self::default()),
        }
    }

    /// Returns the last value of the field `name`; "" if the field was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    /// Whether the form has files, or refers to kept files.
    pub fn has_files(&self) -> bool {
        !self.files.is_empty() || self.fields.iter().any(|(name, _)| name.ends_with("-kept"))
    }

    /// Returns the last file of the field `name`.
    pub fn file(&self, name: &str) -> Option<&UploadedFile> {
        self.files
            .iter()
            .rev()
            .find(|(field, _)| field == name)
            .map(|(_, file)| file)
    }
}

/// Extracts the body that middleware has read; empty for requests without a body.
impl FromRequest for PostData {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()))
    }
}

/// Returns the content type of the body without its parameters, in lower case.
pub(crate) fn kind(request: &HttpRequest) -> String {
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    kind.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Reads the body as it is, within the limits of forms.
pub(crate) async fn read_bytes(
    request: &HttpRequest,
    payload: &mut Payload,
    settings: &Settings,
) -> Result<BytesMut> {
    whole(bounded::bounded(request, payload.take(), settings)).await
}

async fn whole(payload: impl Stream<Item = Result<Bytes, PayloadError>>) -> Result<BytesMut> {
    let mut payload = pin!(payload);
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.map_err(|error| bounded::refusal(&error))?);
    }
    Ok(body)
}

fn within(count: usize, limit: usize) -> Result<()> {
    if count > limit {
        Err(Error::BadRequest(format!(
            "a form may have at most {}",
            counted(limit, "field", "fields")
        )))
    } else {
        Ok(())
    }
}
