//! The answers of endpoints.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use schemars::JsonSchema;
use serde::Serialize;

use super::operation::EndpointOperation;
use crate::api::answer::PRIVATE;
use crate::api::openapi::NOT_MODIFIED;
use crate::error::Error;

/// An answer of an endpoint, which describes itself in `openapi.json`.
pub trait EndpointResponse {
    /// Describes the answer.
    fn describe(operation: &mut EndpointOperation<'_>);
}

/// An answer in JSON (200), which only the client itself may keep.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// An answer in JSON that caches may keep for everybody.
#[derive(Debug, Clone)]
pub struct PublicJson<T> {
    value: T,
    max_age: Duration,
}

/// The answer to a request that has made something (201): its value and its URL.
#[derive(Debug, Clone)]
pub struct Created<T> {
    /// The value that was made.
    pub value: T,
    /// The URL of the value.
    pub location: String,
}

/// An answer without a body (204).
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

impl<T> Json<T> {
    /// Allows all caches to keep the answer for this time. It must be the same for everybody.
    pub fn public(self, max_age: Duration) -> PublicJson<T> {
        PublicJson {
            value: self.0,
            max_age,
        }
    }
}

/// Returns a response with `value` in JSON.
fn response(mut builder: actix_web::HttpResponseBuilder, value: &impl Serialize) -> HttpResponse {
    match serde_json::to_string(value) {
        Ok(json) => builder
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(json),
        Err(error) => HttpResponse::from_error(Error::Io(std::io::Error::other(error))),
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut builder = HttpResponse::Ok();
        builder.insert_header((CACHE_CONTROL, PRIVATE));
        response(builder, &self.0)
    }
}

impl<T: Serialize> Responder for PublicJson<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut builder = HttpResponse::Ok();
        let control = format!("public, max-age={}", self.max_age.as_secs());
        builder.insert_header((CACHE_CONTROL, control));
        response(builder, &self.value)
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut builder = HttpResponse::Created();
        builder.insert_header((CACHE_CONTROL, PRIVATE));
        builder.insert_header((LOCATION, self.location));
        response(builder, &self.value)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

impl<T: JsonSchema> EndpointResponse for Json<T> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.response::<T>(200, "The answer.");
        operation.empty_response(304, NOT_MODIFIED);
    }
}

impl<T: JsonSchema> EndpointResponse for PublicJson<T> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        Json::<T>::describe(operation);
    }
}

impl<T: JsonSchema> EndpointResponse for Created<T> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.response::<T>(201, "The value that was made.");
    }
}

impl EndpointResponse for NoContent {
    fn describe(operation: &mut EndpointOperation<'_>) {
        operation.empty_response(204, "The request succeeded. The answer has no body.");
    }
}

impl<R: EndpointResponse, E> EndpointResponse for Result<R, E> {
    fn describe(operation: &mut EndpointOperation<'_>) {
        R::describe(operation);
    }
}
