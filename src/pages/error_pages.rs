//! Shows a page in the site's design for every error, and a detailed page in `DEBUG`.

use std::sync::PoisonError;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use askama::Template;

use super::{Page, framed_text};
use crate::csrf::StaleForm;
use crate::error::{Error, Problem};
use crate::framed;
use crate::http::{UrlTable, is_api_view};
use crate::logging::{Context, request_failed};
use crate::settings::Settings;
use crate::tasks::WriterNotice;

/// Seconds after which a visitor should try again; by then the queue of requests is processed.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("2");
/// Seconds after which a visitor should try again to save; a person must free disk space or end the
/// maintenance.
const RETRY_WRITE_SECONDS: HeaderValue = HeaderValue::from_static("60");

#[derive(Template)]
#[template(path = "errors/error.html", blocks = ["title", "head", "content"])]
struct ErrorPage {
    page: Page,
    status: u16,
    title: &'static str,
    text: String,
    hint: &'static str,
    request_id: String,
    /// The URL of the page whose form is no longer valid, to open it again; "" if no such page can be opened.
    again_url: String,
    /// The URL to log out, if the visitor tried that with a form that is no longer valid; ""
    /// otherwise.
    logout_url: String,
}

/// The same page in the design of the admin.
#[derive(Template)]
#[template(path = "errors/admin.html")]
struct AdminErrorPage {
    page_of_error: ErrorPage,
}

#[derive(Template)]
#[template(path = "errors/debug.html", blocks = ["title", "head", "content"])]
struct DebugPage {
    page: Page,
    status: u16,
    title: String,
    chain: Vec<String>,
    request: Vec<(String, String)>,
    queries: Vec<Query>,
    settings: Vec<(&'static str, String)>,
}

framed!(ErrorPage, DebugPage);

struct Query {
    sql: String,
    ms: String,
}

/// See the module. A response that is a page already is not changed.
pub async fn error_pages<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let response = next.call(request).await?.map_into_boxed_body();
    let status = response.status();
    let is_page =
        response.headers().contains_key(CONTENT_TYPE) && response.response().error().is_none();
    if is_page || !(status.is_client_error() || status.is_server_error()) {
        return Ok(response);
    }
    if let Some(error) = response.response().error()
        && status.is_server_error()
    {
        request_failed(&chain(error).join("; because: "));
    }
    let error = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Error>());
    if wants_problem(response.request()) {
        let problem = problem(response.response().headers(), status, error);
        return Ok(response.into_response(problem));
    }
    let html = if settings.debug && status == StatusCode::INTERNAL_SERVER_ERROR {
        framed_text(&debug_page(
            response.request(),
            &settings,
            status,
            response.response().error(),
        ))
    } else {
        let page_of_error = error_page(response.request(), status, error);
        if response.request().path().starts_with("/admin/") {
            AdminErrorPage { page_of_error }.render()
        } else {
            framed_text(&page_of_error)
        }
    };
    let mut page = HttpResponse::build(status);
    page.content_type("text/html; charset=utf-8");
    set_headers(&mut page, response.headers(), error);
    let html = html.unwrap_or_else(|error| {
        log::error!(target: "nuages.request", "the error page failed: {error}");
        status.to_string()
    });
    Ok(response.into_response(page.body(html)))
}

/// Sets the headers of the error, and keeps the cookies and the headers of a site's own middleware.
fn set_headers(page: &mut HttpResponseBuilder, given: &HeaderMap, error: Option<&Error>) {
    match error {
        Some(Error::MethodNotAllowed(allow)) => drop(page.insert_header((ALLOW, allow.as_str()))),
        Some(Error::Busy | Error::StatementTimeout | Error::Unreachable(_)) => {
            page.insert_header((RETRY_AFTER, RETRY_SECONDS))
                .insert_header((CACHE_CONTROL, "no-store"));
        }
        Some(Error::ReadOnly(_) | Error::DiskFull(_)) => {
            page.insert_header((RETRY_AFTER, RETRY_WRITE_SECONDS))
                .insert_header((CACHE_CONTROL, "no-store"));
        }
        Some(Error::TooManyRequests(seconds)) => drop(page.insert_header((RETRY_AFTER, *seconds))),
        Some(Error::Unauthorized(_)) => drop(page.insert_header((WWW_AUTHENTICATE, "Bearer"))),
        _ => {}
    }

    let of_page = [
        ALLOW,
        CACHE_CONTROL,
        CONTENT_LENGTH,
        CONTENT_TYPE,
        RETRY_AFTER,
        WWW_AUTHENTICATE,
    ];
    for (name, value) in given {
        if !of_page.contains(name) {
            page.append_header((name.clone(), value.clone()));
        }
    }
}

/// Whether the client of `request` reads a problem rather than a page: the request is for an API, or its `Accept` header
/// prefers JSON to HTML.
fn wants_problem(request: &HttpRequest) -> bool {
    if is_api_view(request) || request.path().starts_with("/api/") {
        return true;
    }
    let accept = request.headers().get(ACCEPT);
    let accept = accept
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    let quality = |is_wanted: fn(&str) -> bool| {
        let kinds = accept.split(',').filter_map(|part| {
            let (kind, parameters) = part.split_once(';').unwrap_or((part, ""));
            let given = parameters.trim().strip_prefix("q=");
            let quality = given.and_then(|text| text.parse().ok()).unwrap_or(1.0_f32);
            is_wanted(kind.trim()).then_some(quality)
        });
        kinds.fold(0.0, f32::max)
    };
    let json = quality(|kind| kind == "application/json" || kind.ends_with("+json"));
    let html = quality(|kind| matches!(kind, "text/html" | "application/xhtml+xml"));
    json > html
}

/// Returns the response for a client that reads problems.
fn problem(given: &HeaderMap, status: StatusCode, error: Option<&Error>) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.content_type("application/problem+json");
    set_headers(&mut response, given, error);
    response.insert_header((CACHE_CONTROL, "no-store"));
    response.body(Problem::from_error(status, error).json().to_string())
}

/// Returns the error and its causes, for the log.
fn chain(error: &ActixError) -> Vec<String> {
    let Some(known) = error.as_error::<Error>() else {
        return vec![error.to_string()];
    };
    let mut chain = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = Some(known);
    while let Some(error) = cause {
        chain.push(error.to_string());
        cause = error.source();
    }
    chain
}

fn error_page(request: &HttpRequest, status: StatusCode, error: Option<&Error>) -> ErrorPage {
    let is_stale =
        matches!(error, Some(Error::Csrf(_))) && StaleForm::from_request(request).is_some();
    let (title, mut text, mut hint) = words(status, error, is_stale);
    if let Some(notice) = writer_of(request, error) {
        text = format!(
            "Somebody is changing many rows at once: {}, {} % are written. Until the end nobody else can save. Nothing you sent was stored.",
            notice.title,
            notice.percent()
        );
        hint = "Wait a moment, and load this page again to send it once more.";
    }
    let (again_url, logout_url) = if is_stale {
        ways_on(request)
    } else {
        Default::default()
    };
    let hint = if logout_url.is_empty() {
        hint
    } else {
        "You are still logged in. Use the button to log out."
    };
    ErrorPage {
        again_url,
        logout_url,
        page: Page::bare(request),
        status: status.as_u16(),
        title,
        text,
        hint,
        request_id: Context::current()
            .map(|context| context.request_id.to_string())
            .unwrap_or_default(),
    }
}

/// Returns what a task writes into SQLite while a page of the admin could not write.
fn writer_of(request: &HttpRequest, error: Option<&Error>) -> Option<WriterNotice> {
    let is_admin = matches!(error, Some(Error::Busy)) && request.path().starts_with("/admin/");
    let settings = request.app_data::<web::Data<Settings>>();
    settings
        .filter(|_| is_admin)
        .and_then(|settings| WriterNotice::read(settings))
}

/// Returns the URL of the page whose form is no longer valid, and the URL to log out; "" for each
/// that does not apply.
fn ways_on(request: &HttpRequest) -> (String, String) {
    let path = request.path().to_owned();
    if matches!(request.match_name(), Some("logout" | "admin:logout")) {
        return (String::new(), path);
    }
    let table = request.app_data::<web::Data<UrlTable>>();
    let is_readable = table.is_some_and(|table| {
        table
            .pattern(&path)
            .is_some_and(|pattern| table.is_readable(pattern))
    });
    let url = request
        .uri()
        .path_and_query()
        .map_or(path, ToString::to_string);
    (if is_readable { url } else { String::new() }, String::new())
}

/// Returns the texts of the page: the failure, the data that was kept, and the next step.
/// `is_stale`: the form was valid before a login in another tab.
fn words(
    status: StatusCode,
    error: Option<&Error>,
    is_stale: bool,
) -> (&'static str, String, &'static str) {
    let (title, text, hint) = match status.as_u16() {
        400 => (
            "Bad request",
            "The address or the data sent with it could not be understood.",
            "Go back and try again, or start from the home page.",
        ),
        403 => (
            "Forbidden",
            "You do not have permission to see this page.",
            "Log in with another account, or ask someone who manages this site.",
        ),
        404 => (
            "Page not found",
            "There is nothing at this address. It may have moved, or it may be a typing error.",
            "Check the address, or start from the home page.",
        ),
        405 => (
            "Method not allowed",
            "This page cannot be used in this way.",
            "Open it from a link of the site instead.",
        ),
        408 => (
            "Too slow",
            "What you sent did not arrive in time. Nothing was stored.",
            "Check your connection and send it again.",
        ),
        413 => (
            "Too large",
            "What you sent is larger than this site accepts. Nothing was stored.",
            "Try again with a smaller file.",
        ),
        503 => (
            "Busy right now",
            "The site cannot answer at the moment. Nothing was lost.",
            "Wait a few seconds and load the page again.",
        ),
        500.. => (
            "Something went wrong",
            "The page could not be made. The failure was logged, and nothing you sent was half stored.",
            "Try again in a moment. If it happens again, tell us the reference below.",
        ),
        _ => (
            "This did not work",
            "The request could not be answered.",
            "Go back and try again.",
        ),
    };
    let (title, hint) = match error {
        Some(Error::ReadOnly(_) | Error::DiskFull(_)) => (
            "Read only just now",
            "You can go on reading. Try again in a few minutes.",
        ),
        _ => (title, hint),
    };
    let text = match error {
        Some(Error::ReadOnly(_)) => {
            "Nothing can be saved at the moment, and nobody can log in. Nothing you sent was stored.".to_owned()
        }
        Some(Error::DiskFull(_)) => {
            "There is no room left on the server to save anything. Nothing you sent was stored.".to_owned()
        }
        Some(Error::Csrf(reason)) => {
            // Explain only the causes that visitors can fix in their browser; other reasons would
            // mostly help attackers.
            let why = if reason.contains("cookie not set") {
                "your browser sent no cookie with the form, and this site needs one"
            } else if reason.contains("no Referer") {
                "your browser did not say which page the form was on (the Referer header), and over HTTPS it has to"
            } else if is_stale {
                "you logged in or out in another tab or window after you opened this form, or the form is too old"
            } else {
                "the form was not sent from a page of this site, or that page is too old"
            };
            format!("CSRF verification failed. Request aborted: {why}. Nothing was changed.")
        }
        Some(Error::BadRequest(reason)) => format!("{text} More exactly: {reason}."),
        Some(Error::StatementTimeout) => "This page took too long to put together. Nothing was lost.".to_owned(),
        _ => text.to_owned(),
    };
    let hint = if matches!(error, Some(Error::Csrf(_))) {
        "Open the page again and send the form once more."
    } else {
        hint
    };
    (title, text, hint)
}

fn debug_page(
    request: &HttpRequest,
    settings: &Settings,
    status: StatusCode,
    error: Option<&ActixError>,
) -> DebugPage {
    let chain = error.map(chain).unwrap_or_default();
    let mut about = vec![
        ("Method".to_owned(), request.method().to_string()),
        ("Path".to_owned(), request.path().to_owned()),
        ("Query".to_owned(), request.query_string().to_owned()),
        (
            "Peer".to_owned(),
            request
                .peer_addr()
                .map(|address| address.to_string())
                .unwrap_or_default(),
        ),
    ];
    about.extend(request.headers().iter().map(|(name, value)| {
        let secret = [
            "cookie",
            "authorization",
            "proxy-authorization",
            "x-csrftoken",
        ]
        .contains(&name.as_str());
        let shown = if secret {
            "********".to_owned()
        } else {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        (name.to_string(), shown)
    }));
    let queries = Context::current().and_then(|context| context.queries);
    let queries = queries
        .map(|held| held.lock().unwrap_or_else(PoisonError::into_inner).clone())
        .unwrap_or_default();
    DebugPage {
        page: Page::bare(request),
        status: status.as_u16(),
        title: chain.first().cloned().unwrap_or_else(|| status.to_string()),
        chain,
        request: about,
        queries: queries
            .into_iter()
            .map(|query| Query {
                sql: query.sql,
                ms: format!("{:.2}", query.took.as_secs_f64() * 1e3),
            })
            .collect(),
        settings: settings.shown(),
    }
}
