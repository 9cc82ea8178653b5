//! Middleware that does not need the user. `commands::runserver` defines the order of the layers.

mod append_slash;
mod behind_proxy;
mod body_limits;
mod conditional;
mod hosts;
mod requests;
mod security;

pub use append_slash::append_slash;
pub use behind_proxy::behind_proxy;
pub use body_limits::{body_limits, unread_bodies};
pub use conditional::conditional;
pub(crate) use conditional::{etag_is_listed, etag_matches};
pub use hosts::hosts;
pub use requests::requests;
pub use security::{is_secure, security};

use std::panic::AssertUnwindSafe;

use actix_web::web;
use futures_util::FutureExt as _;

use super::request::app_data;
use super::urls::UrlTable;
use crate::error::{Error, Result};
use crate::settings::Settings;

/// Runs the part of a layer that can fail. A panic becomes [`Error::Panicked`], like that of a
/// view.
///
/// A layer must convert the error into a response itself. An error that it returns would skip all
/// outer layers, and with them the error page, the headers and the log line.
pub async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let panicked = |_| Err(Error::Panicked("a middleware panicked".to_owned()));
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(panicked)
}

/// Returns the settings of the running app.
fn settings(request: &actix_web::dev::ServiceRequest) -> web::Data<Settings> {
    app_data::<Settings>(request.request()).clone()
}

/// Returns the URL table of the running app.
fn urls(request: &actix_web::dev::ServiceRequest) -> Option<&web::Data<UrlTable>> {
    request.app_data::<web::Data<UrlTable>>()
}
