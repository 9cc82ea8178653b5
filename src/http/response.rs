//! Shortcuts from data to responses, as in `django.shortcuts`.

use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use askama::Template;

use crate::error::{Error, Result};

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

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
    page.render().map(Html).map_err(Error::Template)
}

/// A redirect (302) to `location`.
pub fn redirect(location: &str) -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, location)).finish()
}

/// Plain text, or text of another kind.
pub fn text(kind: &'static str, body: String) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(body)
}
