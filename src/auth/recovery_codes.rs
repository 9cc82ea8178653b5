//! Recovery codes, to be printed in case the authenticator is lost; each can be used once.

use crate::settings::SecretKey;
use crate::signing::{constant_time_eq, hex, key_used, random_string_of, salted_hmac};

/// Number of codes of a user.
pub const COUNT: usize = 10;

const SALT: &str = "nuages.auth.recovery_codes";
/// Letters and digits, without those that look alike.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS: usize = 3;

/// Creates codes like `abcd-efgh-jkmn` with nearly 60 random bits each. Show them once; store their
/// [`hash`]es.
pub fn generate() -> Vec<String> {
    let code = || {
        (0..GROUPS)
            .map(|_| random_string_of(ALPHABET, 4))
            .collect::<Vec<_>>()
            .join("-")
    };
    (0..COUNT).map(|_| code()).collect()
}

/// Returns the hash of a code, to be stored. The hash is keyed, so that a stolen database alone
/// does not allow guesses. Random codes need no slow hash.
pub fn hash(code: &str, key: &SecretKey) -> String {
    hex(&salted_hmac(SALT, plain(code).as_bytes(), key.reveal()))
}

/// Returns the index of `code` in the `stored` hashes, if it is one of them. Remove that hash,
/// because a code can be used once only.
pub fn find<'a>(
    code: &str,
    stored: &[String],
    keys: impl Iterator<Item = &'a SecretKey> + Clone,
) -> Option<usize> {
    let made_by = |key: &SecretKey| hash(code, key);
    let matches = |hash: &String| {
        key_used(keys.clone(), |key| {
            constant_time_eq(hash.as_bytes(), made_by(key).as_bytes())
        })
        .is_some()
    };
    stored.iter().position(matches)
}

/// Returns a typed code without dashes, spaces and capitals.
fn plain(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_works_once_in_any_spelling() {
        let keys = [SecretKey::new("key"), SecretKey::new("former")];
        let codes = generate();
        assert!(codes.len() == COUNT && codes.iter().all(|code| code.len() == 14));
        let mut stored: Vec<String> = codes.iter().map(|code| hash(code, &keys[1])).collect();
        let typed = format!(" {} ", codes[3].to_uppercase().replace('-', " "));
        let at = find(&typed, &stored, keys.iter()).unwrap();
        assert_eq!(at, 3);
        stored.remove(at);
        assert_eq!(find(&typed, &stored, keys.iter()), None);
        assert_eq!(find("", &stored, keys.iter()), None);
        assert_eq!(find(&codes[4], &stored, keys[..1].iter()), None);
    }
}
