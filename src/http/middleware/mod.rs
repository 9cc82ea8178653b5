//! What happens around every request, as far as it needs to know of no user. `commands::runserver` puts the layers in
//! order.

mod append_slash;
mod conditional;
mod hosts;
mod requests;
mod security;

pub use append_slash::append_slash;
pub use conditional::conditional;
pub(super) use conditional::etag_matches;
pub use hosts::hosts;
pub use requests::requests;
pub use security::{is_secure, security};

use actix_web::web;

use super::urls::UrlTable;
use crate::settings::Settings;

/// The settings of the running app.
fn settings(request: &actix_web::dev::ServiceRequest) -> web::Data<Settings> {
    #[expect(clippy::expect_used, reason = "the server puts them there; see `commands::runserver`")]
    request.app_data::<web::Data<Settings>>().cloned().expect("settings are app data")
}

/// The paths of the running app.
fn urls(request: &actix_web::dev::ServiceRequest) -> Option<&web::Data<UrlTable>> {
    request.app_data::<web::Data<UrlTable>>()
}
