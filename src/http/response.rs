//! Shortcuts from data to responses, as in `django.shortcuts`.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderMap, HeaderValue, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::error::{Error, Result};

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const NEVER: HeaderValue = HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private");
const COOKIE: HeaderValue = HeaderValue::from_static("Cookie");
const LONG_AGO: HeaderValue = HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT");

/// A rendered page.
pub struct Html(String);

impl Responder for Html {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((CONTENT_TYPE, HTML)).body(self.0)
    }
}

/// Renders `page`.
pub fn render(page: &impl Template) -> Result<Html> {
    render_around(page, 0)
}

/// Renders `page`, in which stands HTML of about `more` bytes that was put together before: room is made for it at once,
/// instead of by copying what there is whenever it runs out.
pub fn render_around<T: Template>(page: &T, more: usize) -> Result<Html> {
    /// What templates put in at run time: names, links, menus.
    const VALUES: usize = 16 << 10;
    let mut html = String::with_capacity(T::SIZE_HINT + VALUES + more);
    page.render_into(&mut html).map_err(Error::Template)?;
    Ok(Html(html))
}

/// A redirect (302) to `location`.
pub fn redirect(location: &str) -> HttpResponse {
    // What Django's `iri_to_uri` leaves as it is.
    const SAFE: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
    HttpResponse::Found().insert_header((LOCATION, utf8_percent_encode(location, SAFE).to_string())).finish()
}

/// Plain text, or text of another kind.
pub fn text(kind: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(body)
}

/// The same answer for no cache to keep: it has somebody's data or a form with a password (Django's `never_cache`).
#[must_use]
pub fn uncached(mut response: HttpResponse) -> HttpResponse {
    never_cache(response.headers_mut());
    response
}

/// Tells caches to keep nothing, unless the page itself said something else.
pub fn never_cache(headers: &mut HeaderMap) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NEVER);
        headers.insert(EXPIRES, LONG_AGO);
    }
}

/// Tells caches, once, that the answer depends on the visitor's cookies.
pub fn vary_on_cookie(headers: &mut HeaderMap) {
    if headers.get_all(VARY).all(|value| value != COOKIE) {
        headers.append(VARY, COOKIE);
    }
}
