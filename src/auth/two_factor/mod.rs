//! The second factor of a login: a code of an authenticator app, or a recovery code.
//!
//! Every login page calls [`log_in`] after it has checked the password. For a user with a second
//! factor, [`Pending`] is then stored in the session while nobody is logged in, and [`answer`]
//! completes the login.

mod login;
mod models;

pub use login::{
    Outcome, Pending, answer, is_missing, is_verified, log_in, pending, step_up, verified,
    with_next,
};
pub use models::{Answer, TwoFactor};

use crate::settings::SecretKey;
use crate::signing;

use super::totp::Secret;

const SALT: &str = "nuages.auth.two_factor";

/// Encrypts `secret` for storage, so that a stolen database gives no codes.
pub fn seal(secret: &Secret, user_id: i32, key: &SecretKey) -> String {
    signing::seal(
        secret.to_base32().as_bytes(),
        SALT,
        &user_id.to_string(),
        key,
    )
}

/// Decrypts a text made by [`seal`]; returns the secret and the key that sealed it.
pub fn unseal<'a>(
    text: &str,
    user_id: i32,
    keys: impl Iterator<Item = &'a SecretKey>,
) -> Option<(Secret, signing::KeyUsed)> {
    let (plain, used) = signing::unseal(text, SALT, &user_id.to_string(), keys)?;
    Secret::from_base32(std::str::from_utf8(&plain).ok()?).map(|secret| (secret, used))
}
