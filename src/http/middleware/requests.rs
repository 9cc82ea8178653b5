//! Gives each request an id and a log line; in `DEBUG` also counts its database statements.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpResponse, web};
use futures_util::FutureExt as _;

use crate::http::{client_address, escaped_uri};
use crate::logging::{Context, keeps_queries};
use crate::settings::Settings;
use crate::test_hooks::TestHooks;
use crate::words::counted;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header whose values browsers show beside the load time of a page.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// See the module.
pub async fn requests<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, ActixError> {
    let began = Instant::now();
    let id = request_id(&request);
    let context = Context {
        request_id: id.clone(),
        queries: keeps_queries().then(|| Arc::new(Mutex::new(Vec::new()))),
        hooks: test_hooks(&request),
    };
    let queries = context.queries.clone();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    context
        .scope(async move {
            let mut response = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
                Ok(Ok(response)) => response.map_into_boxed_body(),
                outcome => {
                    let error = match outcome {
                        Ok(failed) => failed
                            .err()
                            .map(|error| error.to_string())
                            .unwrap_or_default(),
                        Err(_) => "a middleware panicked".to_owned(),
                    };
                    log::error!(target: "nuages.request", "\"{method} {uri}\" 500: {error}");
                    return Err(last_resort(error, &id));
                }
            };
            if let Ok(value) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(REQUEST_ID, value);
            }
            if let Some(queries) = queries {
                let queries = queries.lock().unwrap_or_else(PoisonError::into_inner);
                let took: Duration = queries.iter().map(|query| query.took).sum();
                let timing = format!(
                    "db;desc=\"{}\";dur={:.1}",
                    counted(queries.len(), "query", "queries"),
                    took.as_secs_f64() * 1e3
                );
                if let Ok(value) = HeaderValue::from_str(&timing) {
                    response.headers_mut().insert(SERVER_TIMING, value);
                }
            }
            log_line(&response, began);
            Ok(response)
        })
        .await
}

/// Returns the response if a layer between this one and the error pages failed, which is a bug in
/// that layer.
fn last_resort(error: String, id: &str) -> ActixError {
    let response = HttpResponse::InternalServerError()
        .content_type("text/plain; charset=utf-8")
        .insert_header((REQUEST_ID, id))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(format!(
            "500: something went wrong. The failure was logged with the reference {id}.\n"
        ));
    InternalError::from_response(error, response).into()
}

/// Returns the hooks of the test that has started this site.
fn test_hooks(request: &ServiceRequest) -> Option<Arc<TestHooks>> {
    if !TestHooks::are_used() {
        return None;
    }
    let settings = request.app_data::<web::Data<Settings>>()?;
    settings.test_hooks.clone()
}

/// Returns the id that a proxy set, if it is well-formed, or a new one.
fn request_id(request: &ServiceRequest) -> Arc<str> {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let sound = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match given.filter(sound) {
        Some(id) => id.into(),
        None => format!("{:016x}", rand::random::<u64>()).into(),
    }
}

fn log_line(response: &ServiceResponse, began: Instant) {
    let status = response.status();
    let level = match status.as_u16() {
        500.. => log::Level::Error,
        400.. => log::Level::Warn,
        _ => log::Level::Info,
    };
    if !log::log_enabled!(target: "nuages.request", level) {
        return;
    }
    let request = response.request();
    let size = match response.response().body().size() {
        BodySize::Sized(size) => size.to_string(),
        BodySize::Stream => "-".to_owned(),
        BodySize::None => "0".to_owned(),
    };
    // A target may contain quotes and, as UTF-8, control characters that a terminal would
    // interpret.
    let target = escaped_uri(
        request
            .uri()
            .path_and_query()
            .map_or("-", PathAndQuery::as_str),
    );
    let peer = client_address(request);
    log::log!(
        target: "nuages.request",
        level,
        "{peer} \"{} {target}\" {} {size} {:.1} ms",
        request.method(),
        status.as_u16(),
        began.elapsed().as_secs_f64() * 1e3
    );
}
