//! Reads the body of every unsafe request, and refuses requests that do not come from a page of
//! this site: Django's `CsrfViewMiddleware`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AsHeaderName, HOST, HeaderValue, ORIGIN, REFERER};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage as _, HttpRequest, web};
use log::Level;

use super::{Rejection, Secret, Site, TokenSource, TrustedOrigins, check_source, is_safe_method};
use crate::error::{Error, Result};
use crate::http::middleware::caught;
use crate::http::{
    KeptFiles, PostData, UrlTable, client_address, cookie, is_api_view, is_secure, set_cookie,
    vary_on_cookie,
};
use crate::logging;
use crate::settings::Settings;

/// The CSRF secret of the visitor; pages take their tokens from it.
#[derive(Clone, Default)]
pub struct Csrf(Rc<State>);

#[derive(Default)]
struct State {
    secret: RefCell<Option<Secret>>,
    /// Whether the cookie must be sent: a page used the token, or the secret is new.
    used: Cell<bool>,
}

impl Csrf {
    /// Returns the secret of `request`.
    pub fn from_request(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .cloned()
            .unwrap_or_default()
    }

    /// Returns a token for a form: the secret under a fresh mask (Django's `get_token`).
    pub fn token(&self) -> String {
        self.0.used.set(true);
        self.0
            .secret
            .borrow_mut()
            .get_or_insert_with(Secret::generate)
            .masked()
    }

    /// Returns the files of this visitor that are kept while their form has errors; `None` for a
    /// visitor without a cookie.
    pub fn kept_files(&self, settings: &Settings) -> Option<KeptFiles> {
        self.0
            .secret
            .borrow()
            .as_ref()
            .map(|secret| KeptFiles::new(settings, secret.as_str()))
    }

    /// Whether the response sends the cookie: the page contains a token, or the secret is new.
    pub fn is_used(&self) -> bool {
        self.0.used.get()
    }

    /// Returns the secret; `None` for a visitor without a cookie.
    pub fn secret(&self) -> Option<Secret> {
        self.0.secret.borrow().clone()
    }

    /// Replaces the secret, as at a login: earlier tokens become invalid.
    pub fn rotate(&self) {
        self.0.used.set(true);
        self.0.secret.replace(Some(Secret::generate()));
    }
}

/// A form whose token does not match the cookie, for example after a login in another tab. The
/// request is refused; the form is kept for the page that explains why.
#[derive(Clone)]
pub struct StaleForm {
    /// The fields and files.
    pub post: PostData,
    /// The secret that the token belongs to; `None` if the token is malformed.
    pub secret: Option<Secret>,
}

impl StaleForm {
    /// Returns the form if `request` was refused because of its token.
    pub fn from_request(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}

/// See the module. Every view that accepts POST is protected, unless its URL says `csrf_exempt`.
pub async fn protect<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let name = &settings.csrf.cookie.name;
    let given = cookie(request.request(), name);
    let secret = match given.as_deref().map(Secret::parse) {
        None => Err(Rejection::NoCookie),
        Some(parsed) => parsed.map_err(Rejection::BadCookie),
    };
    // Replace a cookie that does not hold a valid secret.
    let replaced = given.is_some() && secret.is_err();
    let csrf = Csrf::default();
    csrf.0.secret.replace(if replaced {
        Some(Secret::generate())
    } else {
        secret.as_ref().ok().cloned()
    });
    csrf.0.used.set(replaced);
    request.extensions_mut().insert(csrf.clone());
    // A path that does not exist is answered with 404, whatever the request contains.
    let mut refused = None;
    let is_protected = request
        .match_pattern()
        .is_some_and(|pattern| !is_exempt(&request, &pattern));
    let is_unsafe = !is_safe_method(request.method().as_str());
    if is_unsafe && is_protected && is_api_view(request.request()) {
        let checked = check_header(request.request(), &settings, secret);
        if let Err(reason) = checked {
            request.extensions_mut().insert(Unproven(reason));
        }
    } else if is_unsafe && is_protected {
        let mut payload = request.take_payload();
        refused = caught(check(request.request(), &mut payload, &settings, secret))
            .await
            .err();
    }
    let mut response = match refused {
        Some(error) => request.error_response(error),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if csrf.0.used.get()
        && let Some(secret) = &*csrf.0.secret.borrow()
    {
        set_cookie(
            response.headers_mut(),
            &settings.csrf.cookie,
            secret.as_str(),
            Some(settings.csrf.cookie.age),
        );
        vary_on_cookie(response.headers_mut());
    }
    Ok(response)
}

/// The reason why a request to an API does not prove that it comes from a page of this site. Only a user who is logged in by
/// a session has to prove that.
struct Unproven(Rejection);

/// Returns an error if `request`, whose user comes from a session, does not come from a page of this site. Other views than
/// those of an API were checked before.
pub(crate) fn must_come_from_here(request: &HttpRequest) -> Result<()> {
    match request.extensions().get::<Unproven>() {
        Some(Unproven(reason)) => Err(refused(request, reason)),
        None => Ok(()),
    }
}

/// Checks origin or referer, cookie and the token in the header. The body is left for the view.
fn check_header(
    request: &HttpRequest,
    settings: &Settings,
    secret: Result<Secret, Rejection>,
) -> Result<(), Rejection> {
    check_sender(request, settings)?;
    let secret = secret?;
    let token = header(request, &settings.csrf.header).ok_or(Rejection::TokenMissing)?;
    let wrong = |why| Rejection::BadToken(TokenSource::Header, why);
    secret.check(&token).map_err(wrong)
}

/// Writes the refusal to the security log, and returns its error.
fn refused(request: &HttpRequest, reason: &Rejection) -> Error {
    let fields: [(&str, &dyn Display); 3] = [
        ("reason", reason),
        ("path", &request.path()),
        ("address", &client_address(request)),
    ];
    logging::security(Level::Warn, "csrf_refused", &fields);
    Error::Csrf(reason.to_string())
}

/// Whether the view of the URL with this pattern checks its requests by itself.
fn is_exempt(request: &ServiceRequest, pattern: &str) -> bool {
    request
        .app_data::<web::Data<UrlTable>>()
        .is_some_and(|urls| urls.is_csrf_exempt(pattern))
}

/// Checks origin or referer, cookie and token, in Django's order. Leaves the body for the view.
async fn check(
    request: &HttpRequest,
    payload: &mut Payload,
    settings: &Settings,
    secret: Result<Secret, Rejection>,
) -> Result<()> {
    let refused = |reason: Rejection| refused(request, &reason);
    check_sender(request, settings).map_err(refused)?;
    let mut data = PostData::read(request, payload, settings).await?;
    let secret = secret.map_err(refused)?;
    let field = Some(data.get("csrfmiddlewaretoken")).filter(|token| !token.is_empty());
    let (token, source) = match field.filter(|_| request.method() == actix_web::http::Method::POST)
    {
        Some(token) => (Some(Cow::Borrowed(token)), TokenSource::Form),
        None => (header(request, &settings.csrf.header), TokenSource::Header),
    };
    let token = token.ok_or_else(|| refused(Rejection::TokenMissing))?;
    if let Err(why) = secret.check(&token) {
        if source == TokenSource::Form {
            let secret = Secret::parse(&token).ok();
            request
                .extensions_mut()
                .insert(StaleForm { post: data, secret });
        }
        return Err(refused(Rejection::BadToken(source, why)));
    }
    if data.has_files() {
        KeptFiles::new(settings, secret.as_str()).restore(&mut data);
    }
    request.extensions_mut().insert(data);
    Ok(())
}

/// Checks the `Origin` or the `Referer`.
fn check_sender(request: &HttpRequest, settings: &Settings) -> Result<(), Rejection> {
    let port = forwarded_port(request, settings)
        .unwrap_or_else(|| request.app_config().local_addr().port());
    let (host, origin, referer) = (
        header(request, &HOST),
        header(request, &ORIGIN),
        header(request, &REFERER),
    );
    let site = Site {
        is_secure: is_secure(request, &settings.security),
        host: host.as_deref(),
        port,
        cookie_domain: settings.csrf.cookie.domain.as_deref(),
    };
    let trusted = TrustedOrigins::new(&settings.csrf.trusted_origins);
    check_source(origin.as_deref(), referer.as_deref(), &site, &trusted)
}

/// Returns the text of a header. Several headers of the same name are joined, so that they match
/// nothing: a proxy may have checked a different one of them.
fn header<'r>(request: &'r HttpRequest, name: impl AsHeaderName) -> Option<Cow<'r, str>> {
    let text = |value: &'r HeaderValue| String::from_utf8_lossy(value.as_bytes());
    request
        .headers()
        .get_all(name)
        .map(text)
        .reduce(|before, next| Cow::Owned(format!("{before},{next}")))
}

/// Returns the port in the proxy's `X-Forwarded-Port` header, if `USE_X_FORWARDED_PORT` is on.
fn forwarded_port(request: &HttpRequest, settings: &Settings) -> Option<u16> {
    let header = request
        .headers()
        .get("x-forwarded-port")
        .filter(|_| settings.proxy.use_x_forwarded_port)?;
    header.to_str().ok()?.parse().ok()
}
