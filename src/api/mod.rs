//! The JSON API: REST over the models of the admin, and the endpoints of a site, described by OpenAPI 3.1.
//!
//! The API is built on `records` (permissions, hooks, history, transactions) and on `forms::model` (validation), not on the
//! pages of the admin. The fields of a model follow from its description and from its
//! [`ModelAdmin`](crate::admin::ModelAdmin).
//!
//! A site adds endpoints of its own with [`get`], [`post`] and [`method`]; see [`Valid`] for an example.

/// The example of `docs/api.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/api.md")]
struct ApiGuide;

mod answer;
mod caller;
mod cors;
mod docs;
mod endpoint;
mod idempotency;
mod json;
mod list;
mod model;
mod openapi;
mod rows;
mod urls;
mod write;

pub use endpoint::{
    Created, EndpointArgument, EndpointArguments, EndpointOperation, EndpointResponse, Json,
    NoContent, Path, PublicJson, Query, Valid, get, method, post,
};
/// The derives for the types of endpoints: `#[derive(schemars::JsonSchema, garde::Validate)]`.
pub use {garde, schemars};

pub(crate) use cors::cors;
pub(crate) use idempotency::delete_old as delete_old_idempotency_keys;
pub(crate) use model::models;
pub(crate) use openapi::ApiDescription;
pub(crate) use urls::urls;
