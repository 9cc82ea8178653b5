//! Django's `SecurityMiddleware` and `XFrameOptionsMiddleware`, and a Content-Security-Policy without inline code.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest, HttpResponse};

use super::settings;
use crate::settings::Security;

/// Only what this site itself serves, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// See the module. A header that a view has set stays as it is.
pub async fn security<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let settings = settings(&request);
    let security = &settings.security;
    let secure = is_secure(request.request(), security);
    let mut response = match ssl_location(&request, security).filter(|_| security.ssl_redirect && !secure) {
        Some(location) => {
            let redirect = HttpResponse::MovedPermanently().insert_header((LOCATION, location)).finish();
            request.into_response(redirect)
        }
        None => next.call(request).await?.map_into_boxed_body(),
    };
    let mut set = |name: &'static str, value: &str| {
        let name = HeaderName::from_static(name);
        if !value.is_empty()
            && !response.headers().contains_key(&name)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            response.headers_mut().insert(name, value);
        }
    };
    set("x-frame-options", &security.x_frame_options);
    set("referrer-policy", &security.referrer_policy);
    set("cross-origin-opener-policy", &security.cross_origin_opener_policy);
    set("content-security-policy", POLICY);
    if security.content_type_nosniff {
        set("x-content-type-options", "nosniff");
    }
    if secure && security.hsts_seconds > 0 {
        let subdomains = if security.hsts_include_subdomains { "; includeSubDomains" } else { "" };
        let preload = if security.hsts_preload { "; preload" } else { "" };
        set("strict-transport-security", &format!("max-age={}{subdomains}{preload}", security.hsts_seconds));
    }
    Ok(response)
}

/// Whether the visitor came by HTTPS: the proxy says so in the header that the settings name.
pub fn is_secure(request: &HttpRequest, security: &Security) -> bool {
    security.proxy_ssl_header.as_ref().is_some_and(|(name, expected)| {
        // With several proxies the first value is the visitor's.
        let given = request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        given.split(',').next().is_some_and(|first| first.trim() == expected)
    })
}

fn ssl_location(request: &ServiceRequest, security: &Security) -> Option<String> {
    let header = request.headers().get("host").and_then(|value| value.to_str().ok());
    let host = security.ssl_host.as_deref().or(header)?;
    let target = request.uri().path_and_query().map_or("/", actix_web::http::uri::PathAndQuery::as_str);
    Some(format!("https://{host}{target}"))
}
