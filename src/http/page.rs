//! What every page knows.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

/// What `base.html` needs, whatever the page; a view gets it by asking for it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The path of the request, as it came.
    pub path: String,
}

impl Page {
    /// The page's frame for `request`.
    pub fn new(request: &HttpRequest) -> Self {
        Self { path: request.path().to_owned() }
    }
}

impl FromRequest for Page {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::new(request)))
    }
}
