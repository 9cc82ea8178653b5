//! The middleware of a site: functions around every view, as in Django's `MIDDLEWARE`.
//!
//! ```
//! use nuages::middleware::{Next, Request, Response};
//! use nuages::prelude::*;
//!
//! /// Tells how long each page took.
//! async fn timing(request: Request, next: Next) -> Result<Response> {
//!     let began = std::time::Instant::now();
//!     let mut response = next.call(request).await?;
//!     let took = began.elapsed().as_millis().to_string();
//!     if let Ok(value) = took.parse() {
//!         response.headers_mut().insert("x-milliseconds".parse().unwrap(), value);
//!     }
//!     Ok(response)
//! }
//!
//! /// Shows the site to staff only.
//! async fn staff_only(request: Request, next: Next) -> Result<Response> {
//!     let is_open = request.path().starts_with("/admin/") || request.path().starts_with("/static/");
//!     if !is_open && request.user().await?.is_none_or(|user| !user.is_staff) {
//!         return Ok(request.respond(HttpResponse::ServiceUnavailable().body("Back soon.")));
//!     }
//!     next.call(request).await
//! }
//!
//! static SITE: Project = Project::new("Site", &[], |_| batteries(), |site| site)
//!     .middleware(nuages::middleware![timing, staff_only]);
//! ```
//!
//! The first function of the list is the outermost. All run inside these layers of Nuages: the log line,
//! compression, security headers, conditional GET, error pages, the check of the host, sessions and
//! messages. They run outside these: the CSRF check, the access rule of the URL, `APPEND_SLASH` and the
//! view. So a middleware knows the user and the session, and sees requests that are then refused, and
//! every response of a view, also its errors (as a response with a status and no body yet).

use std::cell::Cell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error as ActixError, HttpRequest, HttpResponse};

use crate::auth::{User, visitor};
use crate::error::{Error, Result};
use crate::http::middleware::caught;
use crate::sessions::Session;

pub use actix_web::http::header::{HeaderName, HeaderValue};

/// The response of a view or of a middleware.
pub type Response = ServiceResponse<BoxBody>;

/// The result of a middleware, as a boxed future.
pub type Outcome = Pin<Box<dyn Future<Output = Result<Response>>>>;

/// A middleware of a site. [`middleware!`](crate::middleware!) makes them from functions.
#[derive(Clone, Copy)]
pub struct Middleware {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub call: fn(Request, Next) -> Outcome,
}

/// Makes the list for `Project::middleware` from async functions
/// with a `Request` and a `Next`.
#[macro_export]
macro_rules! middleware {
    ($($function:path),+ $(,)?) => {
        &[$($crate::middleware::Middleware {
            name: stringify!($function),
            call: |request, next| ::std::boxed::Box::pin($function(request, next)),
        }),+]
    };
}

/// A request on its way to the view. It has the methods of
/// [`ServiceRequest`].
pub struct Request {
    service: Option<ServiceRequest>,
    kept: Rc<Kept>,
}

/// The following middleware, and at last the view.
pub struct Next {
    following: &'static [Middleware],
    inner: actix_web::middleware::Next<BoxBody>,
    kept: Rc<Kept>,
}

/// The request for the error page, if a middleware returns an error.
#[derive(Default)]
struct Kept {
    /// The request that a middleware dropped before the view got it.
    dropped: Cell<Option<ServiceRequest>>,
    /// The request that a view has answered.
    answered: Cell<Option<HttpRequest>>,
    /// The error of a layer inside of the middleware.
    failed: Cell<Option<ActixError>>,
}

impl Request {
    /// Returns the user, or `None` for an anonymous visitor.
    pub async fn user(&self) -> Result<Option<Rc<User>>> {
        visitor::user(self.request()).await
    }

    /// Returns the session. Its data are loaded with the user: call [`user`](Self::user) first.
    pub fn session(&self) -> Session {
        Session::from_request(self.request())
    }

    /// Answers the request, so that the view is not called.
    pub fn respond(mut self, response: HttpResponse) -> Response {
        self.taken().into_response(response)
    }

    #[expect(
        clippy::expect_used,
        reason = "the request is taken by functions that consume this value"
    )]
    fn taken(&mut self) -> ServiceRequest {
        self.service.take().expect("the request is taken once")
    }
}

#[expect(
    clippy::expect_used,
    reason = "the request is taken by functions that consume this value"
)]
impl Deref for Request {
    type Target = ServiceRequest;

    fn deref(&self) -> &ServiceRequest {
        self.service.as_ref().expect("the request is taken once")
    }
}

#[expect(
    clippy::expect_used,
    reason = "the request is taken by functions that consume this value"
)]
impl DerefMut for Request {
    fn deref_mut(&mut self) -> &mut ServiceRequest {
        self.service.as_mut().expect("the request is taken once")
    }
}

impl Drop for Request {
    /// Keeps the request of a middleware that ends with an error.
    fn drop(&mut self) {
        if let Some(request) = self.service.take() {
            self.kept.dropped.set(Some(request));
        }
    }
}

impl Next {
    /// Calls the following middleware, or the view.
    pub async fn call(self, mut request: Request) -> Result<Response> {
        if let Some((first, following)) = self.following.split_first() {
            let next = Self { following, ..self };
            return (first.call)(request, next).await;
        }
        match self.inner.call(request.taken()).await {
            Ok(response) => {
                self.kept.answered.set(Some(response.request().clone()));
                Ok(response)
            }
            Err(error) => {
                let text = error.to_string();
                self.kept.failed.set(Some(error));
                Err(Error::Panicked(text))
            }
        }
    }
}

/// Runs the middleware of a site around the view. An error of a middleware becomes a response, as that
/// of a view.
pub(crate) async fn run(
    site: &'static [Middleware],
    request: ServiceRequest,
    inner: actix_web::middleware::Next<BoxBody>,
) -> Result<Response, ActixError> {
    let kept = Rc::new(Kept::default());
    let request = Request {
        service: Some(request),
        kept: Rc::clone(&kept),
    };
    let next = Next {
        following: site,
        inner,
        kept: Rc::clone(&kept),
    };

    let error = match caught(next.call(request)).await {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    if let Some(failed) = kept.failed.take() {
        return Err(failed);
    }
    if let Some(request) = kept.dropped.take() {
        return Ok(request.error_response(error));
    }
    match kept.answered.take() {
        Some(request) => Ok(ServiceResponse::from_err(error, request)),
        None => Err(error.into()),
    }
}

impl fmt::Debug for Middleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Middleware").field(&self.name).finish()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Request").field(&self.service).finish()
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Next").field(&self.following).finish()
    }
}
