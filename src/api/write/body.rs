//! Reads the body of a writing request: JSON, or a form with files.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use serde_json::{Map, Value as Json};

use crate::error::{Problem, Result};
use crate::forms::submissions;
use crate::http::{PostData, content_type, read_bytes};
use crate::settings::Settings;

/// The body of a writing request.
#[derive(Debug)]
pub(super) enum Sent {
    Json(Map<String, Json>),
    /// A form with files (`multipart/form-data`).
    Form(PostData),
}

impl Sent {
    /// Reads the body of `request`.
    pub(super) async fn read(
        request: &HttpRequest,
        payload: &mut Payload,
        settings: &Settings,
    ) -> Result<Self> {
        match content_type(request).as_str() {
            "application/json" => {
                let body = read_bytes(request, payload, settings).await?;
                object(&body).map(Self::Json)
            }
            "multipart/form-data" => {
                let data = PostData::read(request, payload, settings).await?;
                Ok(Self::Form(data))
            }
            _ => Err(unsupported("application/json or multipart/form-data")),
        }
    }
}

/// Returns the error for a body of another content type.
pub(in crate::api) fn unsupported(accepted: &str) -> crate::error::Error {
    let text = format!("Send a body of the content type {accepted}.");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into()
}

/// Parses JSON. The error names the line and the column. The depth is limited to that of `serde_json`, 128.
pub(in crate::api) fn parse(body: &[u8]) -> Result<Json> {
    serde_json::from_slice(body).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default();
        let text = format!(
            "The body is not valid JSON: {reason} at line {}, column {}.",
            error.line(),
            error.column()
        );
        Problem::new(StatusCode::BAD_REQUEST, text).into()
    })
}

fn object(body: &[u8]) -> Result<Map<String, Json>> {
    match parse(body)? {
        Json::Object(object) => Ok(object),
        _ => Err(Problem::invalid().error("", "Send a JSON object.").into()),
    }
}

impl Sent {
    /// Returns bytes that differ for different content, to recognise a request that is sent again.
    pub(super) fn digest_input(&self) -> Result<Vec<u8>> {
        match self {
            Self::Json(object) => Ok(serde_json::to_vec(object).map_err(std::io::Error::other)?),
            Self::Form(data) => submissions::digest(data),
        }
    }
}
