//! Computes and checks password hashes for a request, in the hash pool and with the preferred
//! hasher of the settings.

use actix_web::HttpRequest;

use super::hashers::HashPolicy;
use super::{User, hash_pool};
use crate::error::Result;
use crate::http::settings_and_db;

/// Returns the hash of `password`, to be stored.
pub async fn hash_password(request: &HttpRequest, password: &str) -> Result<String> {
    let (policy, password) = (
        HashPolicy::from_settings(settings_and_db(request).0),
        password.to_owned(),
    );
    hash_pool::run(move || policy.encode(&password)).await
}

/// Returns a new hash of `user`'s current password, which is never cheaper than the old one.
pub async fn hash_password_again(
    request: &HttpRequest,
    user: &User,
    password: &str,
) -> Result<String> {
    let (policy, password) = (
        HashPolicy::from_settings(settings_and_db(request).0),
        password.to_owned(),
    );
    let stored = user.password.clone();
    hash_pool::run(move || policy.renew(&password, &stored)).await
}

/// Whether `password` is that of `user`.
pub async fn is_password_of(request: &HttpRequest, user: &User, password: &str) -> Result<bool> {
    let (policy, password) = (
        HashPolicy::from_settings(settings_and_db(request).0),
        password.to_owned(),
    );
    let stored = user.password.clone();
    hash_pool::run(move || policy.check(&password, &stored).correct).await
}
