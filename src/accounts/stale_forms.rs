//! Redirects users who send a login form that is no longer valid because they logged in meanwhile
//! in another tab.
//!
//! A login replaces the CSRF secret, so the token of a login page that is still open in another tab
//! becomes invalid. That request stays refused: it logs nobody in and changes nothing. If its
//! browser is logged in already, it is redirected to the page to which the form would have
//! redirected.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest, web};

use super::views::{private_redirect, safe_next};
use crate::auth::visitor;
use crate::csrf::StaleForm;
use crate::http::QueryDict;
use crate::messages::{Level, Messages};
use crate::settings::Settings;

/// See the module. It must run outside `csrf::protect` and inside `messages`.
pub async fn stale_forms<B: MessageBody + 'static>(
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let response = next.call(request).await?.map_into_boxed_body();
    match destination(response.request(), &settings).await {
        Some(location) => Ok(response.into_response(private_redirect(&location))),
        None => Ok(response),
    }
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
    let asked = form.0.fields.get("next").or_else(|| query.get("next"));
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
