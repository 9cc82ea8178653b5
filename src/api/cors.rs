//! Lets the scripts of other origins read the API (`API_CORS_ORIGINS`). Browsers send no cookies with such requests.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ALLOW,
    HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, web};

use crate::settings::Settings;

/// The headers that scripts may send.
const SENT: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, if-match, if-none-match, idempotency-key, accept",
);
/// The headers of answers that scripts may read, besides those that they always may.
const READ: HeaderValue = HeaderValue::from_static("etag, location, retry-after, allow");
/// Seconds for which a browser remembers what it may send.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");

/// Adds the headers of CORS to answers below `/api/`.
pub(crate) async fn cors<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, ActixError> {
    let origins = &settings.api.cors_origins;
    if origins.is_empty() || !request.path().starts_with("/api/") {
        return next.call(request).await;
    }
    let given = request.headers().get(ORIGIN).cloned();
    let allowed = given.filter(|given| {
        let mut origins = origins.iter();
        origins.any(|origin| origin.as_bytes() == given.as_bytes())
    });
    let is_preflight = *request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);

    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if is_preflight {
            if let Some(methods) = headers.get(ALLOW).cloned() {
                headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            }
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, SENT);
            headers.insert(ACCESS_CONTROL_MAX_AGE, REMEMBERED);
        } else {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READ);
        }
    }
    Ok(response)
}
