//! Conditional GET: answers with 304 if the browser already has the page (Django's
//! `ConditionalGetMiddleware`).

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use bytes::Bytes;

/// See the module. The `ETag` is weak, because the same page may be compressed later.
pub async fn conditional<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    let given = request.headers().get(IF_NONE_MATCH).cloned();
    let response = next.call(request).await?.map_into_boxed_body();
    let headers = response.headers();
    let private = headers
        .get(CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().windows(8).any(|w| w == b"no-store"));
    if !asks || response.status() != StatusCode::OK || headers.contains_key(ETAG) || private {
        return Ok(response);
    }
    let mut tag = None;
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => {
            tag = Some(format!("W/\"{:016x}\"", xxhash_rust::xxh3::xxh3_64(&bytes)));
            BoxBody::new(bytes)
        }
        // A stream, whose content is not complete yet.
        Err(body) => body,
    });
    if let Some(tag) = tag
        && let Ok(value) = HeaderValue::from_str(&tag)
    {
        response.headers_mut().insert(ETAG, value);
        if given.is_some_and(|given| etag_matches(&given, &tag)) {
            *response.response_mut().status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(CONTENT_TYPE);
            response.headers_mut().remove(CONTENT_LENGTH);
            return Ok(response.map_body(|_, _| BoxBody::new(Bytes::new())));
        }
    }
    Ok(response)
}

/// Whether an `If-None-Match` header contains `etag`, by weak comparison (RFC 9110, 8.8.3.2).
pub(crate) fn etag_matches(given: &HeaderValue, etag: &str) -> bool {
    etag_is_listed(given.to_str().unwrap_or_default(), etag)
}

/// Whether the text of an `If-Match` or `If-None-Match` header contains `etag`, by weak comparison: a proxy that compresses
/// answers makes their tags weak.
pub(crate) fn etag_is_listed(list: &str, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    list.trim() == "*" || list.split(',').any(|tag| bare(tag) == bare(etag))
}
