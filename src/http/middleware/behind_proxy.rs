//! `USE_X_FORWARDED_HOST` and `FORCE_SCRIPT_NAME`: adapts requests and responses to a proxy in
//! front of the site.
//!
//! The other modules use URLs from the site's root (`/products/`). Only this module adds the path
//! of `FORCE_SCRIPT_NAME` to them (`/shop/products/`): to redirects and to HTML attributes that
//! hold URLs. [`site_root`](crate::http::site_root) adds it to absolute links, such as those in
//! mails.

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;

use super::settings;
use crate::error::Error;
use crate::http::script_name::{with_prefix, with_prefix_in_html};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// See the module.
pub async fn behind_proxy<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let settings = settings(&request);
    if settings.proxy.use_x_forwarded_host
        && let Some(host) = request.headers().get(FORWARDED_HOST).cloned()
    {
        request.headers_mut().insert(HOST, host);
    }
    let prefix = settings.proxy.script_name.as_str();
    if prefix.is_empty() {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }

    strip_prefix(&mut request, prefix);
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let ssl_host = settings.security.ssl_host.clone();
    let mut response = next.call(request).await?.map_into_boxed_body();

    let own_hosts = [host.as_str(), ssl_host.as_deref().unwrap_or_default()];
    prefix_location(response.headers_mut(), prefix, &own_hosts);
    if !is_html(response.headers()) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let Ok(html) = to_bytes(body).await else {
        return Ok(ServiceResponse::from_err(
            Error::command("a page ended before its end"),
            request,
        ));
    };
    response.headers_mut().remove(CONTENT_LENGTH);
    let html = with_prefix_in_html(&html, prefix);
    Ok(ServiceResponse::new(
        request,
        response.set_body(BoxBody::new(html)),
    ))
}

/// Removes the prefix from the path of the request, unless the proxy has stripped it already.
fn strip_prefix(request: &mut ServiceRequest, prefix: &str) {
    let path_and_query = request
        .uri()
        .path_and_query()
        .map_or("/", PathAndQuery::as_str);
    let Some(rest) = path_and_query.strip_prefix(prefix) else {
        return;
    };
    let rest = match rest.as_bytes().first() {
        None | Some(b'?') => format!("/{rest}"),
        Some(b'/') => rest.to_owned(),
        Some(_) => return,
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = rest.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// Adds the prefix to a redirect to this site.
fn prefix_location(headers: &mut HeaderMap, prefix: &str, own_hosts: &[&str]) {
    let Some(location) = headers
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
    else {
        return;
    };
    let authority = location
        .strip_prefix("https://")
        .or_else(|| location.strip_prefix("http://"));
    let prefixed = match authority.map(|rest| (rest, rest.find('/').unwrap_or(rest.len()))) {
        Some((rest, end)) if own_hosts.contains(&&rest[..end]) => {
            let start = location.len() - rest.len() + end;
            with_prefix(&location[start..], prefix)
                .map(|path| format!("{}{path}", &location[..start]))
        }
        Some(_) => None,
        None => with_prefix(location, prefix),
    };
    if let Some(value) = prefixed.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(LOCATION, value);
    }
}

fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}
