//! URL configuration, as in `urls.py`, with the access rule of each URL.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;

use actix_web::dev::{Handler, ResourceDef};
use actix_web::guard;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpResponse, Responder, Route};
use futures_util::FutureExt as _;
use futures_util::future::{CatchUnwind, Map};

use crate::error::Error;

/// The visitors who may open a URL. Every URL must specify it; there is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Logged-in users; others are redirected to the login page.
    Login,
    /// Staff; others are redirected to the admin's login page (Django's `staff_member_required`).
    Staff,
    /// Users with this permission (`catalog.view_product`); logged-in users without it get a 403.
    Permission(&'static str),
}

impl std::fmt::Display for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Public => "public",
            Self::Login => "login",
            Self::Staff => "staff",
            Self::Permission(name) => name,
        })
    }
}

/// The handlers of a URL, one per method.
pub struct View {
    methods: Vec<Method>,
    routes: Vec<Box<dyn Fn() -> Route>>,
}

/// Creates a view that answers GET, and HEAD with the same headers.
pub fn get<F, Args>(handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route = move || {
        Route::new()
            .guard(guard::Any(guard::Get()).or(guard::Head()))
            .to(Caught(handler.clone()))
    };
    View {
        methods: vec![Method::GET, Method::HEAD],
        routes: vec![Box::new(route)],
    }
}

/// Creates a view that answers POST only.
pub fn post<F, Args>(handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    View {
        methods: Vec::new(),
        routes: Vec::new(),
    }
    .post(handler)
}

impl View {
    /// Adds a handler for POST. The body was already read and the CSRF token checked; see
    /// `csrf::protect`.
    #[must_use]
    pub fn post<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(Method::POST);
        self.routes.push(Box::new(move || {
            Route::new()
                .guard(guard::Post())
                .to(Caught(handler.clone()))
        }));
        self
    }
}

/// A handler whose panics become [`Error::Panicked`], so that the 500 page has all usual headers.
#[derive(Clone)]
struct Caught<F>(F);

impl<F, Args> Handler<Args> for Caught<F>
where
    F: Handler<Args>,
{
    type Output = Result<F::Output, Error>;
    type Future = Map<
        CatchUnwind<AssertUnwindSafe<F::Future>>,
        fn(std::thread::Result<F::Output>) -> Self::Output,
    >;

    fn call(&self, args: Args) -> Self::Future {
        // The panic hook of `logging` has logged the message and the location.
        AssertUnwindSafe(self.0.call(args))
            .catch_unwind()
            .map(|done| done.map_err(|_| Error::Panicked("a view panicked".to_owned())))
    }
}

/// An entry of the URL configuration.
pub struct Url {
    /// The path, in actix's syntax.
    pub pattern: &'static str,
    /// The name, as in `reverse(name)`.
    pub name: &'static str,
    /// The visitors who may open the URL.
    pub access: Access,
    view: View,
}

/// Creates a URL: `path("/products/", "product_list", Access::Public, get(product_list))`.
pub fn path(pattern: &'static str, name: &'static str, access: Access, view: View) -> Url {
    Url {
        pattern,
        name,
        access,
        view,
    }
}

impl Url {
    /// Returns the allowed methods, as in an `Allow` header.
    pub fn methods(&self) -> String {
        let names: Vec<&str> = self.view.methods.iter().map(Method::as_str).collect();
        names.join(", ")
    }

    fn register(&self, config: &mut ServiceConfig) {
        let allow = self.methods();
        let mut resource = web::resource(self.pattern).name(self.name);
        for route in &self.view.routes {
            resource = resource.route(route());
        }
        config.service(resource.default_service(web::to(move |method: Method| {
            let allow = allow.clone();
            async move {
                if method == Method::OPTIONS {
                    return Ok(HttpResponse::Ok()
                        .insert_header((ALLOW, format!("{allow}, OPTIONS")))
                        .finish());
                }
                Err(Error::MethodNotAllowed(allow))
            }
        })));
    }
}

/// The URLs of an app, or of the whole site.
#[derive(Default)]
pub struct Urls(Vec<Url>);

impl Urls {
    /// Creates a URL configuration. The first match is used.
    pub fn new(urls: impl IntoIterator<Item = Url>) -> Self {
        Self(urls.into_iter().collect())
    }

    /// Adds the URLs of an app.
    #[must_use]
    pub fn include(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Returns each URL, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Url> {
        self.0.iter()
    }

    /// Registers the URLs in an actix app; any other path is [`Error::NotFound`].
    pub fn register(&self, config: &mut ServiceConfig) {
        for url in &self.0 {
            url.register(config);
        }
        config.default_service(web::to(|| async {
            Err::<HttpResponse, _>(Error::NotFound)
        }));
    }

    /// Returns the table of URLs for middleware.
    pub fn table(&self) -> UrlTable {
        // URLs of files have no trailing slash.
        let pages = self.0.iter().filter(|url| url.pattern.ends_with('/'));
        UrlTable {
            pages: pages
                .map(|url| (url.pattern, ResourceDef::new(url.pattern)))
                .collect(),
            access: self.0.iter().map(|url| (url.pattern, url.access)).collect(),
            readable: self
                .0
                .iter()
                .filter(|url| url.view.methods.contains(&Method::GET))
                .map(|url| url.pattern)
                .collect(),
        }
    }
}

/// The existing pages and their access rules.
pub struct UrlTable {
    pages: Vec<(&'static str, ResourceDef)>,
    access: HashMap<&'static str, Access>,
    readable: HashSet<&'static str>,
}

impl UrlTable {
    /// Whether there is a page at `path`.
    pub fn has(&self, path: &str) -> bool {
        self.pattern(path).is_some()
    }

    /// Returns the pattern of the page at `path`.
    pub fn pattern(&self, path: &str) -> Option<&'static str> {
        self.pages
            .iter()
            .find(|(_, page)| page.is_match(path))
            .map(|(pattern, _)| *pattern)
    }

    /// Whether the URL with this pattern answers GET.
    pub fn is_readable(&self, pattern: &str) -> bool {
        self.readable.contains(pattern)
    }

    /// Returns the access rule of the URL with this pattern.
    pub fn access(&self, pattern: &str) -> Option<Access> {
        self.access.get(pattern).copied()
    }
}
