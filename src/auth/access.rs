//! Middleware that enforces the `Access` of each URL, whatever the view does.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage as _, HttpRequest, web};

use super::{User, api_tokens, kept_forms, two_factor, visitor};
use crate::error::{Error, Result};
use crate::http::middleware::caught;
use crate::http::{Access, PostData, UrlTable, full_path, is_api_view, never_cache};
use crate::messages::{Level, Messages};
use crate::settings::Settings;

/// See the module. It loads the user only if the URL requires one. Responses for staff are not
/// cached.
pub async fn access<B: MessageBody + 'static>(
    urls: web::Data<UrlTable>,
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let needed = request
        .match_pattern()
        .and_then(|pattern| urls.access(&pattern));
    // No URL matches: the response will be a 404.
    let refusal = match needed {
        Some(access) => caught(refusal(request.request(), &settings, access))
            .await
            .unwrap_or_else(Some),
        None => None,
    };
    let mut response = match refusal {
        Some(refusal) => {
            let is_lost = request.method() == Method::POST
                && is_login(&refusal)
                && has_entries(request.request());
            let browser = if is_lost {
                kept_forms::keep(request.request()).await
            } else {
                None
            };
            if is_lost {
                say_nothing_was_saved(request.request(), browser.is_some());
            }
            let mut response = request.error_response(refusal);
            if let Some(browser) = browser {
                browser.remember(response.headers_mut(), &settings);
            }
            response
        }
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if needed == Some(Access::Staff) {
        never_cache(response.headers_mut());
    }
    Ok(response)
}

/// Whether `refusal` asks the visitor to log in.
fn is_login(refusal: &Error) -> bool {
    matches!(
        refusal,
        Error::LoginRequired(_) | Error::StaffRequired(_) | Error::TwoFactorRequired(_)
    )
}

/// Whether the request contains form data that a refusal would lose. A button that sends only its
/// token, such as "Log out", contains none.
fn has_entries(request: &HttpRequest) -> bool {
    request.extensions().get::<PostData>().is_some_and(|post| {
        post.fields
            .iter()
            .any(|(name, value)| name != "csrfmiddlewaretoken" && !value.is_empty())
    })
}

/// Adds a message to the login page: the form was not saved because its session had ended. The text
/// also says whether the form comes back after the login.
fn say_nothing_was_saved(request: &HttpRequest, is_kept: bool) {
    let has_nothing_to_keep = request
        .extensions()
        .get::<PostData>()
        .is_some_and(|post| post.fields.get(kept_forms::KEEPS_NOTHING).is_some());
    let text = if has_nothing_to_keep {
        "You were logged out before this was sent: nothing was saved or deleted. The page comes back after you log in here."
    } else if is_kept {
        "You were logged out before this was sent: nothing was saved or deleted. What you typed comes back after you log in here."
    } else {
        "You were logged out before this was sent: nothing was saved or deleted. After logging in, your browser’s Back \
         button may still show what you typed."
    };
    Messages::from_request(request).add(Level::WARNING, text);
}

/// Returns the error for a visitor who may not open the URL, or `None`.
async fn refusal(
    request: &HttpRequest,
    settings: &Settings,
    access: Access,
) -> Result<Option<Error>> {
    if access == Access::Public {
        return Ok(None);
    }
    let user = visitor::user(request).await?;
    let here = || full_path(request);
    if is_api_view(request) {
        return refusal_of_api(request, access, user.as_deref()).await;
    }
    Ok(match (access, user) {
        (Access::Staff, Some(user)) if user.is_staff => {
            let wanted =
                settings.require_staff_two_factor && !two_factor::is_verified(request, &user);
            wanted.then(|| Error::TwoFactorRequired(here()))
        }
        (Access::Staff, _) => Some(Error::StaffRequired(here())),
        (_, None) => Some(Error::LoginRequired(here())),
        (Access::Permission(name), Some(_))
            if !visitor::permissions(request).await?.has_perm(name) =>
        {
            Some(Error::PermissionDenied)
        }
        _ => None,
    })
}

/// Returns the error for a program that may not use the URL, or `None`. A program is not redirected to a login page.
async fn refusal_of_api(
    request: &HttpRequest,
    access: Access,
    user: Option<&User>,
) -> Result<Option<Error>> {
    // A browser asks without a token what a script of another origin may send.
    if request.method() == Method::OPTIONS {
        return Ok(None);
    }
    let Some(user) = user else {
        return Ok(Some(api_tokens::MISSING));
    };
    if two_factor::is_missing(request, user) {
        return Ok(Some(Error::PermissionDenied));
    }

    let may = match access {
        Access::Public | Access::Login => true,
        Access::Staff => user.is_staff,
        Access::Permission(name) => visitor::permissions(request).await?.has_perm(name),
    };
    Ok((!may).then_some(Error::PermissionDenied))
}
