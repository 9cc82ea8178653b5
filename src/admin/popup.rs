//! The last page of a pop-up window, which reports the result to the window that opened it.

use actix_web::{HttpResponse, Responder as _};
use askama::Template;

use super::AdminRequest;
use crate::error::Result;
use crate::http::render;
use crate::python::json_spaced;

#[derive(Template)]
#[template(path = "admin/popup_response.html")]
struct PopupResponse {
    frame: super::frame::Frame,
    /// JSON, as in Django's `data-popup-response`.
    answer: String,
}

/// Returns the page with `answer`: `{"value": "7", "obj": "Lamps"}` and similar.
pub fn popup_response(
    request: &AdminRequest,
    title: &str,
    answer: &serde_json::Value,
) -> Result<HttpResponse> {
    let answer = String::from_utf8_lossy(&json_spaced(answer)).into_owned();
    let mut frame = request.frame(title, Vec::new());
    frame.is_popup = true;
    Ok(render(&PopupResponse { frame, answer })?.respond_to(&request.http))
}
