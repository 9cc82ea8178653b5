//! Lets nobody in whom the sitemap does not let in, whatever the view does.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpRequest, web};

use super::visitor;
use crate::error::{Error, Result};
use crate::http::{Access, UrlTable};

/// See the module. It asks for the user only where a URL needs one.
pub async fn access<B: MessageBody + 'static>(
    urls: web::Data<UrlTable>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let needed = request.match_pattern().and_then(|pattern| urls.access(&pattern));
    // No URL: what follows is a 404.
    if let Some(access) = needed
        && let Some(refusal) = refusal(request.request(), access).await?
    {
        return Ok(request.error_response(refusal));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Why whoever is asking may not enter, if they may not.
async fn refusal(request: &HttpRequest, access: Access) -> Result<Option<Error>> {
    if access == Access::Public {
        return Ok(None);
    }
    let user = visitor::user(request).await?;
    let here = || request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    Ok(match (access, user) {
        (Access::Staff, Some(user)) if user.is_staff => None,
        (Access::Staff, _) => Some(Error::StaffRequired(here())),
        (_, None) => Some(Error::LoginRequired(here())),
        (Access::Permission(name), Some(_)) if !visitor::permissions(request).await?.has_perm(name) => {
            Some(Error::PermissionDenied)
        }
        _ => None,
    })
}
