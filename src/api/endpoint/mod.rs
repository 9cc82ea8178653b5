//! Endpoints of a site: typed functions, whose types are their validation and their documentation.

mod arguments;
mod operation;
mod responses;
mod structure;
mod texts;

pub use arguments::{EndpointArgument, EndpointArguments, Path, Query, Valid};
pub use operation::EndpointOperation;
pub use responses::{Created, EndpointResponse, Json, NoContent, PublicJson};

use actix_web::dev::Handler;
use actix_web::http::Method;
use actix_web::{FromRequest, Responder};

use crate::http::{self, View};

/// Creates a view of an API that answers GET: `api::get(quotes)`. Its parameters and its answer are described in
/// `openapi.json`.
pub fn get<F, Args>(handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + EndpointArguments + 'static,
    F::Output: Responder + EndpointResponse + 'static,
{
    http::get(handler)
        .api()
        .described(Method::GET, operation::describe::<Args, F::Output>)
}

/// Creates a view of an API that answers POST. See [`get`].
pub fn post<F, Args>(handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + EndpointArguments + 'static,
    F::Output: Responder + EndpointResponse + 'static,
{
    method(Method::POST, handler)
}

/// Creates a view of an API that answers `method`. Views of one URL are joined with [`View::and`]:
/// `api::get(read).and(api::method(Method::DELETE, delete))`.
pub fn method<F, Args>(method: Method, handler: F) -> View
where
    F: Handler<Args>,
    Args: FromRequest + EndpointArguments + 'static,
    F::Output: Responder + EndpointResponse + 'static,
{
    View::default()
        .method(method.clone(), handler)
        .api()
        .described(method, operation::describe::<Args, F::Output>)
}
