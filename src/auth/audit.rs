//! Lines of the security log about a user: who, and from where.

use std::fmt::Display;

use actix_web::HttpRequest;
use log::Level;

use crate::http::client_address;
use crate::logging;

/// `event` happened to `user`, as something to know.
pub fn note(request: &HttpRequest, event: &str, user: &str) {
    about(request, Level::Info, event, user, &[]);
}

/// `event` happened to `user`, as something to look at.
pub fn warn(request: &HttpRequest, event: &str, user: &str) {
    about(request, Level::Warn, event, user, &[]);
}

/// `event` happened to `user`; `more` says how.
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
