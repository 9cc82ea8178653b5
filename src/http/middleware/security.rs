//! Django's `SecurityMiddleware` and `XFrameOptionsMiddleware`, and a Content-Security-Policy without inline code.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest};

use super::settings;
use crate::http::host::allowed_host;
use crate::http::{local_url, permanent_redirect};
use crate::settings::{Security, Settings};

/// See the module. Headers that a view has set are kept.
pub async fn security<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let settings = settings(&request);
    let security = &settings.security;
    let secure = is_secure(request.request(), security);
    let location = if security.ssl_redirect && !secure {
        ssl_location(&request, &settings)
    } else {
        None
    };
    let mut response = match location {
        Some(location) => request.into_response(permanent_redirect(&location)),
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
    set(
        "cross-origin-opener-policy",
        &security.cross_origin_opener_policy,
    );
    set("content-security-policy", &security.csp);
    set(
        "content-security-policy-report-only",
        &security.csp_report_only,
    );
    if security.content_type_nosniff {
        set("x-content-type-options", "nosniff");
    }
    if secure && security.hsts_seconds > 0 {
        let subdomains = if security.hsts_include_subdomains {
            "; includeSubDomains"
        } else {
            ""
        };
        let preload = if security.hsts_preload {
            "; preload"
        } else {
            ""
        };
        set(
            "strict-transport-security",
            &format!("max-age={}{subdomains}{preload}", security.hsts_seconds),
        );
    }
    Ok(response)
}

/// Whether the visitor uses HTTPS, which the proxy reports in the header that the settings name.
pub fn is_secure(request: &HttpRequest, security: &Security) -> bool {
    security
        .proxy_ssl_header
        .as_ref()
        .is_some_and(|(name, expected)| {
            // If there are several proxies, the first value is the visitor's.
            let given = request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            given
                .split(',')
                .next()
                .is_some_and(|first| first.trim() == expected)
        })
}

/// Returns the HTTPS URL of a plain HTTP request. Returns `None` for a host that is not allowed:
/// the inner layer `hosts` refuses that request with an error page.
fn ssl_location(request: &ServiceRequest, settings: &Settings) -> Option<String> {
    let host = match &settings.security.ssl_host {
        Some(host) => host,
        None => allowed_host(request.request(), &settings.allowed_hosts)?,
    };
    Some(format!(
        "https://{host}{}",
        local_url(request.uri().path(), request.uri().query())
    ))
}
