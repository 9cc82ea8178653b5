//! Answers in JSON.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use crate::http::etag_matches;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Only the client itself keeps the answer, and asks each time whether it is still right.
pub(super) const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Returns an answer with this JSON, which no shared cache keeps.
pub(super) fn private_json(json: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, JSON))
        .insert_header((CACHE_CONTROL, PRIVATE))
        .body(json)
}

/// Returns an answer with a row, or 304 if the client has it already.
pub(super) fn row(request: &HttpRequest, json: String, etag: &str) -> HttpResponse {
    let given = request.headers().get(IF_NONE_MATCH);
    let mut response = if given.is_some_and(|given| etag_matches(given, etag)) {
        HttpResponse::NotModified().finish()
    } else {
        private_json(json)
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, PRIVATE);
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    response
}

/// The answer to a request that has written. It is stored with an `Idempotency-Key`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) status: u16,
    pub(super) json: String,
    /// The path of a new row, or "".
    pub(super) location: String,
    pub(super) etag: String,
}

impl Written {
    /// The answer to a deletion.
    pub(super) fn deleted() -> Self {
        Self {
            status: 204,
            json: String::new(),
            location: String::new(),
            etag: String::new(),
        }
    }

    /// Returns the response; `root` is the URL of the site.
    pub(super) fn response(self, root: &str) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        response.insert_header((CACHE_CONTROL, PRIVATE));
        if !self.location.is_empty() {
            response.insert_header((LOCATION, format!("{root}{}", self.location)));
        }
        if !self.etag.is_empty() {
            response.insert_header((ETAG, self.etag));
        }
        if status == StatusCode::NO_CONTENT {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, JSON)).body(self.json)
    }
}
