//! [`cache_page`]: keeps the responses of a view.
//!
//! A response is kept only if it cannot belong to one visitor: see [`may_be_kept`]. A response that
//! depends on request headers is found by the values of those headers.

use std::fmt::Write as _;
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody as _, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    AGE, AUTHORIZATION, CACHE_CONTROL, EXPIRES, HOST, HeaderMap, HeaderName, HeaderValue,
    SET_COOKIE, VARY,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error as ActixError, HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::key::digest;
use super::{Cache, Timeout};
use crate::clock;
use crate::csrf::Csrf;
use crate::error::Result;
use crate::http::{View, vary_on_cookie};
use crate::messages::Messages;
use crate::sessions::Session;

/// The largest body that is kept.
const MAX_BODY: u64 = 1 << 20;

/// Keeps the responses of `view` for this time: Django's `cache_page`.
///
/// ```
/// # use nuages::prelude::*;
/// use nuages::cache::cache_page;
///
/// async fn product_list() -> &'static str {
///     "Lamps"
/// }
///
/// let urls = Urls::new([path("/products/", "product_list", Access::Public, cache_page(60, get(product_list)))]);
/// ```
///
/// Only complete answers to GET with the status 200 are kept, and only those that no cookie, no
/// CSRF token, no message and no `Cache-Control: private`, `no-store` or `no-cache` marks as one
/// visitor's. A page that asks who the visitor is (as every view with a `Page` does) is kept for
/// each `Cookie` header separately. The header `Vary` of the response does the same for other
/// headers.
pub fn cache_page(timeout: impl Into<Timeout>, view: View) -> View {
    let timeout = timeout.into();
    view.map_routes(move |route| {
        route.wrap(from_fn(
            move |request: ServiceRequest, next: Next<BoxBody>| serve(timeout, request, next),
        ))
    })
}

/// Adds header names to the `Vary` header of the responses of `view`: Django's `vary_on_headers`.
pub fn vary_on_headers(headers: &'static [&'static str], view: View) -> View {
    view.map_routes(move |route| {
        route.wrap(from_fn(
            move |request: ServiceRequest, next: Next<BoxBody>| async move {
                let mut response = next.call(request).await?;
                patch_vary_headers(response.headers_mut(), headers.iter().copied());
                Ok::<_, ActixError>(response)
            },
        ))
    })
}

/// Adds names to the `Vary` header, each once.
fn patch_vary_headers<'a>(headers: &mut HeaderMap, names: impl IntoIterator<Item = &'a str>) {
    let known = vary_names(headers);
    for name in names {
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        if name == "cookie" {
            vary_on_cookie(headers);
        } else if let Ok(name) = HeaderValue::from_str(name) {
            headers.append(VARY, name);
        }
    }
}

fn vary_names(headers: &HeaderMap) -> Vec<String> {
    let values = headers
        .get_all(VARY)
        .filter_map(|value| value.to_str().ok());
    let names = values.flat_map(|value| value.split(','));
    names.map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// The request headers that the responses of a URL depend on.
#[derive(Default, Serialize, Deserialize)]
struct Dependence {
    /// The names of request headers.
    headers: Vec<String>,
    /// Whether the last response was kept. If not, requests do not wait for each other.
    is_kept: bool,
}

/// A response in the cache.
#[derive(Serialize, Deserialize)]
struct KeptPage {
    headers: Vec<(String, String)>,
    body: String,
    /// When the response was made, in seconds since 1970.
    made: i64,
}

async fn serve(
    timeout: Timeout,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let cache = request.app_data::<web::Data<Cache>>().cloned();
    let is_get = request.method() == Method::GET;
    let is_asked = is_get || request.method() == Method::HEAD;
    // Shared caches do not keep answers to requests with credentials.
    let Some(cache) = cache.filter(|_| is_asked && !request.headers().contains_key(AUTHORIZATION))
    else {
        return next.call(request).await;
    };

    let url = Url::of(request.request());
    let (known, page) = url.find(&cache, request.request()).await;
    if let Some(page) = page {
        return Ok(request.into_response(page.response()));
    }
    // Requests for a page that is never kept must not wait for each other.
    let waits = is_get && known.as_ref().is_none_or(|known| known.is_kept);
    let turn = if waits {
        let key = url.page_key(known.as_ref(), request.request());
        cache.turns.wait(&key).await
    } else {
        None
    };
    if turn.is_some()
        && let (_, Some(page)) = url.find(&cache, request.request()).await
    {
        return Ok(request.into_response(page.response()));
    }

    let response = next.call(request).await?;
    if !is_get {
        return Ok(response);
    }
    url.keep(&cache, known.unwrap_or_default(), timeout, response)
        .await
}

/// The URL of a page with its host: the first part of its keys.
struct Url(String);

impl Url {
    fn of(request: &HttpRequest) -> Self {
        let host = request
            .headers()
            .get(HOST)
            .and_then(|host| host.to_str().ok());
        let scheme = request.connection_info().scheme().to_owned();
        let url = format!("{scheme}://{}{}", host.unwrap_or_default(), request.uri());
        Self(digest(&url))
    }

    fn dependence_key(&self) -> String {
        format!("views.decorators.cache.cache_header.{}", self.0)
    }

    /// Returns the key of the response to `request`.
    fn page_key(&self, known: Option<&Dependence>, request: &HttpRequest) -> String {
        let names = known.map_or(&[][..], |known| &known.headers);
        let mut values = String::new();
        for name in names {
            for value in request.headers().get_all(name) {
                let value = String::from_utf8_lossy(value.as_bytes());
                // Writing to a `String` does not fail.
                let _ = write!(values, "{name}:{}:{value}", value.len());
            }
            values.push('\n');
        }
        format!(
            "views.decorators.cache.cache_page.{}.{}",
            self.0,
            digest(&values)
        )
    }

    /// Returns what is known about the URL, and the response that fits `request`. A cache that
    /// fails has no response.
    async fn find(
        &self,
        cache: &Cache,
        request: &HttpRequest,
    ) -> (Option<Dependence>, Option<KeptPage>) {
        let known: Option<Dependence> = logged(cache.get(&self.dependence_key()).await).flatten();
        let Some(dependence) = known else {
            return (None, None);
        };
        let key = self.page_key(Some(&dependence), request);
        let page = logged(cache.get(&key).await).flatten();
        (Some(dependence), page)
    }

    /// Keeps `response` if it may be kept, and adds the headers for caches and browsers.
    async fn keep(
        &self,
        cache: &Cache,
        known: Dependence,
        timeout: Timeout,
        mut response: ServiceResponse<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, ActixError> {
        let mut headers = vary_names(response.headers());
        headers.extend(known.headers);
        if is_visitors_own(response.request()) {
            headers.push("cookie".to_owned());
        }
        headers.sort_unstable();
        headers.dedup();
        let age = max_age(response.headers()).or_else(|| timeout.age(&cache.settings));
        let is_kept = may_be_kept(&response)
            && !headers.iter().any(|name| name == "*")
            && age.is_none_or(|age| !age.is_zero());
        let dependence = Dependence { headers, is_kept };
        let timeout = age.map_or(Timeout::Never, Timeout::After);
        logged(
            cache
                .set(&self.dependence_key(), &dependence, timeout)
                .await,
        );
        if !is_kept {
            return Ok(response);
        }

        // The session adds its part of `Vary` in an outer layer, which does not look at kept pages.
        let names = dependence.headers.iter().map(String::as_str);
        patch_vary_headers(response.headers_mut(), names);
        let is_private = dependence.headers.iter().any(|name| name == "cookie");
        patch_response_headers(response.headers_mut(), age, is_private);
        let key = self.page_key(Some(&dependence), response.request());
        let (request, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body).await?;
        let page = KeptPage {
            headers: head
                .headers()
                .iter()
                .filter_map(|(name, value)| {
                    Some((name.to_string(), value.to_str().ok()?.to_owned()))
                })
                .collect(),
            body: BASE64.encode(&bytes),
            made: clock::now().timestamp(),
        };
        logged(cache.set(&key, &page, timeout).await);
        let response = head.set_body(BoxBody::new(bytes));
        Ok(ServiceResponse::new(request, response))
    }
}

impl KeptPage {
    fn response(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::OK);
        for (name, value) in &self.headers {
            response.append_header((name.as_str(), value.as_str()));
        }
        // Browsers and caches count the age of a response from here.
        let age = (clock::now().timestamp() - self.made).max(0);
        response.insert_header((AGE, age));
        response.body(BASE64.decode(&self.body).unwrap_or_default())
    }
}

/// Whether the view has looked at the visitor's session, so that the response may differ for others.
fn is_visitors_own(request: &HttpRequest) -> bool {
    Session::from_request(request).is_loaded()
}

/// Whether a response may be given to another request.
///
/// The cookies of the session, of the CSRF token and of messages are added by outer layers, so
/// their sources are asked.
fn may_be_kept(response: &ServiceResponse<BoxBody>) -> bool {
    let request = response.request();
    let size = response.response().body().size();
    let forbids = |value: &HeaderValue| {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        ["private", "no-store", "no-cache"]
            .iter()
            .any(|word| value.contains(word))
    };
    response.status() == StatusCode::OK
        && matches!(size, BodySize::Sized(size) if size <= MAX_BODY)
        && !response.headers().contains_key(SET_COOKIE)
        && !response.headers().get_all(CACHE_CONTROL).any(forbids)
        && !Session::from_request(request).is_modified()
        && !Csrf::from_request(request).is_used()
        && Messages::from_request(request).are_none()
}

/// Returns the `max-age` that the view has set.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL);
    let mut parts = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let seconds = parts.find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok());
    seconds.map(Duration::from_secs)
}

/// Adds `Expires` and `Cache-Control`, unless the view has set them. A response that depends on
/// cookies is for the visitor's browser only.
fn patch_response_headers(headers: &mut HeaderMap, age: Option<Duration>, is_private: bool) {
    let Some(age) = age else {
        return;
    };
    if !headers.contains_key(EXPIRES) {
        let end = clock::now() + chrono::TimeDelta::from_std(age).unwrap_or_default();
        let text = end.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        insert(headers, EXPIRES, &text);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        let private = if is_private { "private, " } else { "" };
        insert(
            headers,
            CACHE_CONTROL,
            &format!("{private}max-age={}", age.as_secs()),
        );
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Returns the result of the cache. A failure is logged, and the page is made anew.
fn logged<T>(result: Result<T>) -> Option<T> {
    result
        .inspect_err(|error| log::warn!(target: "nuages.cache", "{error}"))
        .ok()
}
