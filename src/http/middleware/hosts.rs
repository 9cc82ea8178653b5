//! `ALLOWED_HOSTS`: answers a request for another host with 400, as Django does.

use std::fmt::Display;

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use actix_web::http::header::HOST;
use actix_web::middleware::Next;
use log::Level;

use super::{is_secure, settings};
use crate::error::Error;
use crate::http::client_address;
use crate::http::host::allowed_host;
use crate::logging;

/// See the module.
pub async fn hosts<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let settings = settings(&request);
    let allowed = if request.headers().contains_key(HOST) || request.uri().authority().is_some() {
        allowed_host(request.request(), &settings.allowed_hosts).is_some()
    } else {
        // HTTP/1.0 has no Host header. But without a host there is no HTTPS URL to redirect to.
        let security = &settings.security;
        let must_be_secure = security.ssl_redirect && !is_secure(request.request(), security);
        request.version() <= Version::HTTP_10 && !must_be_secure
    };
    if !allowed {
        let host = request
            .headers()
            .get(HOST)
            .map(|value| String::from_utf8_lossy(value.as_bytes()));
        let fields: [(&str, &dyn Display); 2] = [
            ("host", &host.unwrap_or_default()),
            ("address", &client_address(request.request())),
        ];
        logging::security(Level::Warn, "host_refused", &fields);
        let error = Error::BadRequest("the Host header names no host of this site".to_owned());
        return Ok(request.error_response(error));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
