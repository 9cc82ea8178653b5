//! Redirects users who send a form that is no longer valid because they logged in meanwhile in
//! another tab.
//!
//! A login replaces the CSRF secret, so the tokens of pages that are still open in other tabs become
//! invalid. A request with such a token stays refused: it logs nobody in and changes nothing. But a
//! login page whose browser is logged in already redirects to the page to which the form would have
//! redirected, and other forms come back with what was typed, unsaved (`auth::kept_forms`).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest, web};

use super::views::{private_redirect, safe_next};
use crate::auth::{kept_forms, visitor};
use crate::csrf::StaleForm;
use crate::http::middleware::caught;
use crate::http::{QueryDict, full_path};
use crate::messages::{Level, Messages};
use crate::settings::Settings;

/// See the module. It must run outside `csrf::protect` and inside `messages`.
pub async fn stale_forms<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let response = next.call(request).await?.map_into_boxed_body();
    if let Some(location) = destination(response.request(), &settings).await {
        return Ok(response.into_response(private_redirect(&location)));
    }
    let kept = caught(kept_forms::keep_stale(response.request())).await;
    let Ok(Some(browser)) = kept else {
        return Ok(response);
    };

    let mut to_form = private_redirect(&full_path(response.request()));
    browser.remember(to_form.headers_mut(), &settings);
    Ok(response.into_response(to_form))
}

/// Returns the URL to redirect to, or `None` if the request is not a stale login form or nobody is
/// logged in.
async fn destination(request: &HttpRequest, settings: &Settings) -> Option<String> {
    let form = StaleForm::from_request(request)?;
    let is_admin = match request.match_name()? {
        "login" | "login_code" | "signup" => false,
        "admin:login" => true,
        _ => return None,
    };
    let user = visitor::user(request)
        .await
        .ok()
        .flatten()
        .filter(|user| user.is_staff || !is_admin)?;

    let default = if is_admin {
        "/admin/"
    } else {
        &settings.login_redirect_url
    };
    let query = QueryDict::from_request(request).unwrap_or_default();
    let asked = form.post.fields.get("next").or_else(|| query.get("next"));
    let location = asked
        .and_then(|next| safe_next(request, settings, next))
        .unwrap_or(default)
        .to_owned();
    Messages::from_request(request).add(
        Level::INFO,
        format!("You are already logged in as {}.", user.username),
    );
    Some(location)
}
