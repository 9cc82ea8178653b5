//! `APPEND_SLASH`: redirects `/products` to `/products/` if only that URL exists.

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;

use super::{settings, urls};
use crate::http::{local_url, permanent_redirect};

/// See the module. The redirect is permanent and keeps the query string.
pub async fn append_slash<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let location = settings(&request)
        .append_slash
        .then(|| location(&request))
        .flatten();
    let response = next.call(request).await?.map_into_boxed_body();
    match location {
        Some(location) if response.status() == StatusCode::NOT_FOUND => {
            Ok(response.into_response(permanent_redirect(&location)))
        }
        _ => Ok(response),
    }
}

/// Returns the URL to redirect to if no page matches the request.
fn location(request: &ServiceRequest) -> Option<String> {
    let path = request.uri().path();
    let slashed = format!("{path}/");
    // A URL pattern that matches any path, such as the admin's last one, handles missing slashes
    // itself.
    if path.ends_with('/') || request.match_pattern().is_some() || !urls(request)?.has(&slashed) {
        return None;
    }
    Some(local_url(&slashed, request.uri().query()))
}
