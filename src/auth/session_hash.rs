//! The hash that ties a session to a password: a new password ends the user's other sessions.

use crate::settings::SecretKey;
use crate::signing::{KeyUsed, constant_time_eq, hex, key_used, salted_hmac};

const SALT: &str = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash";

/// Returns the session's `_auth_user_hash` for a user with this `password` column.
pub fn session_auth_hash(password_column: &str, key: &SecretKey) -> String {
    hex(&salted_hmac(SALT, password_column.as_bytes(), key.reveal()))
}

/// Returns which of `keys` made `stored` from this column; `None` if the password has changed
/// since. After a match with a fallback key, Django cycles the session key and stores a new hash.
pub fn verify_session_hash<'a>(
    stored: &str,
    password_column: &str,
    keys: impl Iterator<Item = &'a SecretKey>,
) -> Option<KeyUsed> {
    let made_by = |key: &SecretKey| session_auth_hash(password_column, key);
    key_used(keys, |key| {
        constant_time_eq(stored.as_bytes(), made_by(key).as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_equals_djangos() {
        let column = "pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$3sV/SVfT6ME4dIgYVdSlH0jEvyK0z+y3AJvov9Y+8MA=";
        let hash = "8fe27e294ac81ba6c6b624bd7e92c20167006bb58667e8a3473b7e4908946045";
        let keys = [SecretKey::new("x".repeat(50)), SecretKey::new("former")];
        assert_eq!(session_auth_hash(column, &keys[0]), hash);
        assert_eq!(
            verify_session_hash(hash, column, keys.iter()),
            Some(KeyUsed::Current)
        );
        assert_eq!(
            verify_session_hash(hash, column, keys.iter().rev()),
            Some(KeyUsed::Fallback)
        );
        assert_eq!(verify_session_hash(hash, "other", keys.iter()), None);
        assert_eq!(verify_session_hash("", column, keys.iter()), None);
    }
}
