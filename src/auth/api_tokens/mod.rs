//! Tokens with which programs use an API: `Authorization: Bearer <token>`.
//!
//! A token belongs to a user and is shown once. The table holds its SHA-256 only: a token has 256 random bits, so nobody can
//! guess it from the hash, and a slow hash would only slow down each request.

mod bearer;
mod rate;
mod rows;

pub(crate) use bearer::{MISSING, is_sent, user_of};
pub use rows::{ApiToken, NewApiToken};

use sha2::{Digest as _, Sha256};

use crate::signing::{hex, random_string};

/// The beginning of each token, by which programs that look for leaked secrets recognise it.
const PREFIX: &str = "nuages1_";

/// Number of random characters of a token: 43 letters and digits have 256 bits.
const LENGTH: usize = 43;

/// The most days after which a token expires, about a century.
pub(crate) const MOST_DAYS: i64 = 36_500;

/// Returns a new token.
fn generate() -> String {
    format!("{PREFIX}{}", random_string(LENGTH))
}

/// Returns the hash of a token, as the table holds it.
fn hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}
