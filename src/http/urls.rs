//! URL configuration, as in `urls.py`, with the access rule of each URL.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;

use actix_web::dev::{Handler, ResourceDef};
use actix_web::guard;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, EXPIRES, HeaderName};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpResponse, Responder, Route};
use futures_util::FutureExt as _;
use futures_util::future::{CatchUnwind, Map};

use super::response::{LONG_AGO, NEVER};
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
#[derive(Default)]
pub struct View {
    methods: Vec<Method>,
    routes: Vec<Box<dyn Fn() -> Route>>,
    is_csrf_exempt: bool,
    is_api: bool,
    operations: Vec<Operation>,
}

/// The description of one method of a URL in `openapi.json`.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// One sentence.
    pub summary: &'static str,
    /// The statuses of further problems with which the view answers.
    pub problems: &'static [u16],
    /// Returns the parameters, the body and the responses. Schemas with a name go to the generator.
    pub describe: DescribeOperation,
}

/// See [`Operation::describe`].
pub type DescribeOperation = fn(&mut schemars::SchemaGenerator) -> serde_json::Value;

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
        ..View::default()
    }
}

/// Creates a view that answers POST only.
pub fn post<F, Args>(handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    View::default().post(handler)
}

/// Creates a view that answers GET, HEAD and POST by the same function, as a view of Django does. Use it for a `FormView`.
pub fn form<F, Args>(handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    get(handler.clone()).post(handler)
}

impl View {
    /// Returns the view with each of its routes changed, such as wrapped in middleware.
    #[must_use]
    pub fn map_routes(mut self, change: impl Fn(Route) -> Route + Clone + 'static) -> Self {
        let routes = self.routes.into_iter().map(|route| {
            let change = change.clone();
            Box::new(move || change(route())) as Box<dyn Fn() -> Route>
        });
        self.routes = routes.collect();
        self
    }

    /// Adds a header to the responses, unless the view sets it itself: `get(order).header(REFERRER_POLICY, "no-referrer")`.
    #[must_use]
    pub fn header(self, name: HeaderName, value: &'static str) -> Self {
        self.map_routes(move |route| route.wrap(DefaultHeaders::new().add((name.clone(), value))))
    }

    /// Forbids caches and browsers to keep the responses, because they contain personal data (Django's `never_cache`):
    /// `get(order).never_cache()`.
    #[must_use]
    pub fn never_cache(self) -> Self {
        self.header(CACHE_CONTROL, NEVER).header(EXPIRES, LONG_AGO)
    }

    /// Adds a handler for POST. The body was already read and the CSRF token checked; see
    /// `csrf::protect`.
    #[must_use]
    pub fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.method(Method::POST, handler)
    }

    /// Adds a handler for `method`, such as PUT, PATCH or DELETE.
    #[must_use]
    pub fn method<F, Args>(mut self, method: Method, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(method.clone());
        self.routes.push(Box::new(move || {
            Route::new()
                .guard(guard::Method(method.clone()))
                .to(Caught(handler.clone()))
        }));
        self
    }

    /// Adds the handlers of `other` for other methods.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.methods.extend(other.methods);
        self.routes.extend(other.routes);
        self.operations.extend(other.operations);
        self.is_api |= other.is_api;
        self.is_csrf_exempt |= other.is_csrf_exempt;
        self
    }

    /// Makes the view one for programs: it reads the body itself, its errors are problems
    /// ([`Problem`](crate::error::Problem)), and its user may come from a token. An unsafe request of a user who is logged
    /// in by a session needs the header `X-CSRFToken`.
    #[must_use]
    pub fn api(mut self) -> Self {
        self.is_api = true;
        self
    }

    /// Describes a method in `openapi.json`.
    #[must_use]
    pub fn described(mut self, method: Method, describe: DescribeOperation) -> Self {
        self.operations.push(Operation {
            method,
            summary: "",
            problems: &[],
            describe,
        });
        self
    }

    /// Adds the statuses of further problems with which the view answers, such as 404, to its description in `openapi.json`.
    #[must_use]
    pub fn problems(mut self, statuses: &'static [u16]) -> Self {
        if let Some(last) = self.operations.last_mut() {
            last.problems = statuses;
        }
        self
    }

    /// Sets the sentence with which `openapi.json` and the page of the API describe the view.
    #[must_use]
    pub fn summary(mut self, text: &'static str) -> Self {
        if let Some(last) = self.operations.last_mut() {
            last.summary = text;
        }
        self
    }

    /// Accepts POST from programs, which have no CSRF token (Django's `csrf_exempt`): for a webhook. The view must check by
    /// itself who sends the request, for example by a signature, and reads the body with `web::Bytes`; it gets no
    /// [`PostData`](crate::http::PostData).
    ///
    /// ```
    /// use nuages::http::{Access, path, post};
    /// use nuages::prelude::*;
    ///
    /// async fn webhook(body: web::Bytes) -> Result<&'static str> {
    ///     Ok(if body.is_empty() { "nothing" } else { "thanks" })
    /// }
    ///
    /// fn urls() -> Urls {
    ///     Urls::new([path("/hooks/mail/", "mail_hook", Access::Public, post(webhook).csrf_exempt())])
    /// }
    /// ```
    #[must_use]
    pub fn csrf_exempt(mut self) -> Self {
        self.is_csrf_exempt = true;
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

    /// Returns the descriptions of the methods in `openapi.json`.
    pub fn operations(&self) -> &[Operation] {
        &self.view.operations
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
            csrf_exempt: self
                .0
                .iter()
                .filter(|url| url.view.is_csrf_exempt)
                .map(|url| url.pattern)
                .collect(),
            api: self
                .0
                .iter()
                .filter(|url| url.view.is_api)
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
    csrf_exempt: HashSet<&'static str>,
    api: HashSet<&'static str>,
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

    /// Whether the URL with this pattern accepts POST without a CSRF token.
    pub fn is_csrf_exempt(&self, pattern: &str) -> bool {
        self.csrf_exempt.contains(pattern)
    }

    /// Whether the URL with this pattern is one for programs.
    pub fn is_api(&self, pattern: &str) -> bool {
        self.api.contains(pattern)
    }

    /// Returns the access rule of the URL with this pattern.
    pub fn access(&self, pattern: &str) -> Option<Access> {
        self.access.get(pattern).copied()
    }
}
