//! The layers of the serving process that make open pages reload.

use actix_web::Error as ActixError;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::middleware::Next;
use bytes::Bytes;

use super::state::State;

const SCRIPT: &str = include_str!("client.js");
const STYLE: &str = include_str!("client.css");

/// Answers the requests of the script, without a line in the log.
pub(in crate::commands) async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let (kind, body) = match request.path() {
        "/__reload__/state" => ("application/json", State::read().json()),
        "/__reload__/client.js" => ("text/javascript; charset=utf-8", SCRIPT.to_owned()),
        "/__reload__/client.css" => ("text/css; charset=utf-8", STYLE.to_owned()),
        _ => return Ok(next.call(request).await?.map_into_boxed_body()),
    };
    let response = HttpResponse::Ok()
        .content_type(kind)
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body);
    Ok(request.into_response(response))
}

/// Adds the script to each page.
pub(in crate::commands) async fn inject<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let response = next.call(request).await?.map_into_boxed_body();
    let is_html = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_html {
        return Ok(response);
    }
    Ok(response.map_body(|_, body| match body.try_into_bytes() {
        Ok(page) => BoxBody::new(with_script(page, State::read().started)),
        // A stream, whose content is not complete yet.
        Err(body) => body,
    }))
}

/// Returns the page with the script at the end of its body. Parts of pages are left as they are.
fn with_script(page: Bytes, started: u64) -> Bytes {
    const END: &[u8] = b"</body>";
    let Some(end) = page.windows(END.len()).rposition(|part| part == END) else {
        return page;
    };
    let script =
        format!("<script src=\"/__reload__/client.js?started={started}\" async></script>\n");
    [&page[..end], script.as_bytes(), &page[end..]]
        .concat()
        .into()
}
