//! The second factor of a login: a code of an authenticator app, or one of the recovery codes.
//!
//! [`log_in`] is what every login page calls once a password was right. Who has a second factor is then halfway in:
//! [`Pending`] stands in the session, nobody is logged in, and [`answer`] completes it.

mod login;
mod models;

pub use login::{
    Outcome, Pending, answer, is_verified, log_in, pending, step_up, verified, with_next,
};
pub use models::{Answer, TwoFactor};

use crate::settings::SecretKey;
use crate::signing;

use super::totp::Secret;

const SALT: &str = "nuages.auth.two_factor";

/// `secret` as it is stored for a user: sealed, so that a stolen database gives no codes.
pub fn seal(secret: &Secret, user_id: i32, key: &SecretKey) -> String {
    signing::seal(
        secret.to_base32().as_bytes(),
        SALT,
        &user_id.to_string(),
        key,
    )
}

/// The secret of a text of [`seal`], and which key sealed it.
pub fn unseal<'a>(
    text: &str,
    user_id: i32,
    keys: impl Iterator<Item = &'a SecretKey>,
) -> Option<(Secret, signing::KeyUsed)> {
    let (plain, used) = signing::unseal(text, SALT, &user_id.to_string(), keys)?;
    Secret::from_base32(std::str::from_utf8(&plain).ok()?).map(|secret| (secret, used))
}
