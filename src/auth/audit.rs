//! Writes lines to the security log with the user and the address of the request.

use std::fmt::Display;

use actix_web::HttpRequest;
use log::Level;

use crate::http::client_address;
use crate::logging;

/// Logs `event` for `user` at level info.
pub fn note(request: &HttpRequest, event: &str, user: &str) {
    about(request, Level::Info, event, user, &[]);
}

/// Logs `event` for `user` at level warn.
pub fn warn(request: &HttpRequest, event: &str, user: &str) {
    about(request, Level::Warn, event, user, &[]);
}

/// Logs `event` for `user` with the additional fields `more`.
pub fn about(
    request: &HttpRequest,
    level: Level,
    event: &str,
    user: &str,
    more: &[(&str, &dyn Display)],
) {
    let address = client_address(request);
    let fields: Vec<(&str, &dyn Display)> =
        [("user", &user as &dyn Display), ("address", &address)]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
    logging::security(level, event, &fields);
}
