//! Shortcuts for responses, like `django.shortcuts`.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderMap, HeaderValue, LOCATION, VARY,
};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::error::{Error, Result};
use crate::python::iri_to_uri;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
pub(super) const NEVER: &str = "max-age=0, no-cache, no-store, must-revalidate, private";
const COOKIE: HeaderValue = HeaderValue::from_static("Cookie");
pub(super) const LONG_AGO: &str = "Thu, 01 Jan 1970 00:00:00 GMT";

/// The HTML of a rendered page.
pub struct Html(String);

impl Responder for Html {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.into()
    }
}

impl From<Html> for HttpResponse {
    fn from(html: Html) -> Self {
        Self::Ok().insert_header((CONTENT_TYPE, HTML)).body(html.0)
    }
}

impl Html {
    /// Wraps a page that is already rendered.
    pub(crate) fn from_rendered(text: String) -> Self {
        Self(text)
    }
}

/// Renders `page`.
pub fn render(page: &impl Template) -> Result<Html> {
    render_around(page, 0)
}

/// Renders `page`, which contains about `more` bytes of HTML that were rendered before. Reserving
/// the memory at once avoids copying the page each time it grows.
pub fn render_around<T: Template>(page: &T, more: usize) -> Result<Html> {
    /// Allowance in bytes for the values that templates insert: names, links, menus.
    const VALUES: usize = 16 << 10;
    let mut html = String::with_capacity(T::SIZE_HINT + VALUES + more);
    page.render_into(&mut html).map_err(Error::Template)?;
    Ok(Html(html))
}

/// Returns a redirect (302) to `location`.
pub fn redirect(location: impl AsRef<str>) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((LOCATION, escaped_uri(location.as_ref())))
        .finish()
}

/// Returns a permanent redirect (301) to `location`.
pub fn permanent_redirect(location: &str) -> HttpResponse {
    HttpResponse::MovedPermanently()
        .insert_header((LOCATION, escaped_uri(location)))
        .finish()
}

/// Percent-encodes all characters that a URI must not contain (Django's `iri_to_uri`).
pub fn escaped_uri(uri: &str) -> String {
    iri_to_uri(uri).to_string()
}

/// Returns `path` and `query` as a URL of this site (Django's `get_full_path` and
/// `escape_leading_slashes`).
///
/// A browser reads a path that begins with `//` or `/\` as the name of another host, so that
/// beginning is escaped.
pub fn local_url(path: &str, query: Option<&str>) -> String {
    let rest = path.trim_start_matches('/');
    // `OPTIONS *` has an asterisk instead of a path.
    let path = match path.len() - rest.len() {
        0 => "/".to_owned(),
        1 => path.to_owned(),
        slashes => format!("/{}{rest}", "%2F".repeat(slashes - 1)),
    };
    escaped_uri(&match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    })
}

/// Returns a response with `body` as text of the content type `kind`.
pub fn text(kind: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .body(body)
}

/// Forbids caches to store the response, because it contains personal data or a form with a
/// password (Django's `never_cache`).
#[must_use]
pub fn uncached(mut response: HttpResponse) -> HttpResponse {
    never_cache(response.headers_mut());
    response
}

/// Forbids caches to store the response, unless the page has set `Cache-Control` itself.
pub fn never_cache(headers: &mut HeaderMap) {
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(NEVER));
        headers.insert(EXPIRES, HeaderValue::from_static(LONG_AGO));
    }
}

/// Adds `Vary: Cookie` once, because the response depends on the visitor's cookies.
pub fn vary_on_cookie(headers: &mut HeaderMap) {
    if headers.get_all(VARY).all(|value| value != COOKIE) {
        headers.append(VARY, COOKIE);
    }
}

#[cfg(test)]
mod tests {
    use super::local_url;

    #[test]
    fn local_url_never_names_another_host() {
        for (path, query, expected) in [
            ("/products/", None, "/products/"),
            (
                "/products/",
                Some("page=2&x=%20y"),
                "/products/?page=2&x=%20y",
            ),
            ("//evil.example/", None, "/%2Fevil.example/"),
            ("///evil.example/", None, "/%2F%2Fevil.example/"),
            ("/\\evil.example/", None, "/%5Cevil.example/"),
            (
                "/é\u{9b}\"/",
                Some("\u{202e}"),
                "/%C3%A9%C2%9B%22/?%E2%80%AE",
            ),
            ("*", None, "/"),
            ("", None, "/"),
        ] {
            assert_eq!(
                local_url(path, query),
                expected,
                "the local URL of {path:?} with the query {query:?}"
            );
        }
    }
}
