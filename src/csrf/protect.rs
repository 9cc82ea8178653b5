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
    KeptFiles, PostData, client_address, cookie, is_secure, set_cookie, vary_on_cookie,
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

/// See the module. A URL cannot be exempted: every view that accepts POST is protected.
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
    if !is_safe_method(request.method().as_str()) && request.match_pattern().is_some() {
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

/// Checks origin or referer, cookie and token, in Django's order. Leaves the body for the view.
async fn check(
    request: &HttpRequest,
    payload: &mut Payload,
    settings: &Settings,
    secret: Result<Secret, Rejection>,
) -> Result<()> {
    let refused = |reason: Rejection| {
        let fields: [(&str, &dyn Display); 3] = [
            ("reason", &reason),
            ("path", &request.path()),
            ("address", &client_address(request)),
        ];
        logging::security(Level::Warn, "csrf_refused", &fields);
        Error::Csrf(reason.to_string())
    };
    let secure = is_secure(request, &settings.security);
    let port = forwarded_port(request, settings)
        .unwrap_or_else(|| request.app_config().local_addr().port());
    let (host, origin, referer) = (
        header(request, &HOST),
        header(request, &ORIGIN),
        header(request, &REFERER),
    );
    let site = Site {
        is_secure: secure,
        host: host.as_deref(),
        port,
        cookie_domain: settings.csrf.cookie.domain.as_deref(),
    };
    let trusted = TrustedOrigins::new(&settings.csrf.trusted_origins);
    check_source(origin.as_deref(), referer.as_deref(), &site, &trusted).map_err(refused)?;
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
