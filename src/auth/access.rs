//! Lets nobody in whom the sitemap does not let in, whatever the view does.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest, web};

use super::{two_factor, visitor};
use crate::error::{Error, Result};
use crate::http::middleware::caught;
use crate::http::{Access, UrlTable, never_cache};
use crate::settings::Settings;

/// See the module. It asks for the user only where a URL needs one. Pages for staff are kept by no cache.
pub async fn access<B: MessageBody + 'static>(
    urls: web::Data<UrlTable>,
    settings: web::Data<Settings>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let needed = request.match_pattern().and_then(|pattern| urls.access(&pattern));
    // No URL: what follows is a 404.
    let refusal = match needed {
        Some(access) => caught(refusal(request.request(), &settings, access)).await.unwrap_or_else(Some),
        None => None,
    };
    let mut response = match refusal {
        Some(refusal) => request.error_response(refusal),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if needed == Some(Access::Staff) {
        never_cache(response.headers_mut());
    }
    Ok(response)
}

/// Why whoever is asking may not enter, if they may not.
async fn refusal(request: &HttpRequest, settings: &Settings, access: Access) -> Result<Option<Error>> {
    if access == Access::Public {
        return Ok(None);
    }
    let user = visitor::user(request).await?;
    let here = || request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    Ok(match (access, user) {
        (Access::Staff, Some(user)) if user.is_staff => {
            let wanted = settings.require_staff_two_factor && !two_factor::is_verified(request, &user);
            wanted.then(|| Error::TwoFactorRequired(here()))
        }
        (Access::Staff, _) => Some(Error::StaffRequired(here())),
        (_, None) => Some(Error::LoginRequired(here())),
        (Access::Permission(name), Some(_)) if !visitor::permissions(request).await?.has_perm(name) => {
            Some(Error::PermissionDenied)
        }
        _ => None,
    })
}
