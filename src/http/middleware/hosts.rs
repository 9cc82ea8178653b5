//! `ALLOWED_HOSTS`: a request for another host is refused with 400, as Django does.

use std::fmt::Display;

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Version;
use actix_web::http::header::HOST;
use actix_web::middleware::Next;
use log::Level;

use super::settings;
use crate::error::Error;
use crate::http::client_address;
use crate::http::host::{is_allowed, split_host};
use crate::logging;

/// See the module.
pub async fn hosts<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let hosts = &settings(&request).allowed_hosts;
    let mut headers = request.headers().get_all(HOST);
    let allowed = match (headers.next().map(|value| value.to_str().map(split_host)), headers.next()) {
        (Some(Ok(Some(host))), None) => is_allowed(&host, hosts),
        // Before HTTP/1.1 there was no Host header.
        (None, _) => request.version() <= Version::HTTP_10,
        _ => false,
    };
    // `GET http://example.com/ HTTP/1.1`: the host stands twice, and is the same.
    let written = request.uri().authority().map(|authority| split_host(authority.as_str()));
    let host = || request.headers().get(HOST).and_then(|value| split_host(value.to_str().ok()?));
    if !allowed || written.is_some_and(|written| written.is_none() || written != host()) {
        let host = request.headers().get(HOST).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let fields: [(&str, &dyn Display); 2] =
            [("host", &host.unwrap_or_default()), ("address", &client_address(request.request()))];
        logging::security(Level::Warn, "host_refused", &fields);
        let error = Error::BadRequest("the Host header names no host of this site".to_owned());
        return Ok(request.error_response(error));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
