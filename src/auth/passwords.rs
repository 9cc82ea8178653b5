//! Making and checking hashes for a request: on the threads for that, by the hasher that the settings prefer.

use actix_web::HttpRequest;

use super::hashers::Hasher;
use super::{User, hash_pool, visitor};
use crate::error::Result;

/// The hash of `password`, to be stored.
pub async fn hash_password(request: &HttpRequest, password: &str) -> Result<String> {
    let (hasher, password) = (Hasher::of(visitor::app(request).0), password.to_owned());
    hash_pool::run(move || hasher.encode(&password)).await
}

/// Whether `password` is that of `user`.
pub async fn is_password_of(request: &HttpRequest, user: &User, password: &str) -> Result<bool> {
    let (hasher, password) = (Hasher::of(visitor::app(request).0), password.to_owned());
    let stored = user.password.clone();
    hash_pool::run(move || hasher.check(&password, &stored).correct).await
}
