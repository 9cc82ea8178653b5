//! Lets nobody in whom the sitemap does not let in, whatever the view does.

use actix_web::Error as ActixError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use super::visitor;
use crate::error::Error;
use crate::http::{Access, UrlTable};

/// See the module. It asks for the user only where a URL needs one.
pub async fn access<B: MessageBody + 'static>(
    urls: web::Data<UrlTable>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let needed = request.match_pattern().and_then(|pattern| urls.access(&pattern));
    let allowed = match needed {
        // No URL: what follows is a 404.
        None | Some(Access::Public) => true,
        Some(Access::Login) => visitor::user(request.request()).await?.is_some(),
    };
    if !allowed {
        let here = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        return Ok(request.error_response(Error::LoginRequired(here)));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
