//! Remembers the CSRF secrets that a browser had before its logins, in the session.
//!
//! A login replaces the CSRF secret, so the tokens of all pages that are still open become invalid.
//! A form with such a token is refused like any other, but it certainly comes from a page that this
//! site made for this browser: `kept_forms` may show it again to its user.

use actix_web::HttpRequest;
use serde_json::Value;

use crate::csrf::{Csrf, Secret};
use crate::http::settings_and_db;
use crate::sessions::Session;
use crate::signing::{b64_encode, salted_hmac};

/// The key in the session.
const NAME: &str = "_nuages_former_csrf";
const SALT: &str = "nuages.auth.former_secrets";
/// The number of secrets that are remembered.
const MOST: usize = 3;

/// Remembers the current secret, which the login is about to replace.
pub(super) fn remember(request: &HttpRequest) {
    let Some(secret) = Csrf::from_request(request).secret() else {
        return;
    };
    let mut former = former(request);
    former.insert(0, digest(request, &secret));
    former.truncate(MOST);
    Session::from_request(request).insert(NAME, former);
}

/// Whether the browser had `secret` before one of its last logins. The session must be loaded.
pub(super) fn is_former(request: &HttpRequest, secret: &Secret) -> bool {
    former(request).contains(&digest(request, secret))
}

fn former(request: &HttpRequest) -> Vec<String> {
    let remembered = Session::from_request(request).get(NAME);
    let texts = remembered.as_ref().and_then(Value::as_array);
    texts
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// Returns a text from which the secret cannot be derived.
fn digest(request: &HttpRequest, secret: &Secret) -> String {
    let (settings, _) = settings_and_db(request);
    b64_encode(&salted_hmac(
        SALT,
        secret.as_str().as_bytes(),
        settings.secret_key.reveal(),
    ))
}
