//! Describes how a password hash was made, without any part of the hash.

use crate::auth::hashers::{Encoded, is_password_usable};

/// Returns `algorithm: pbkdf2_sha256, iterations: 1000000`, in Django's words; never the hash, its
/// salt or a part of them.
pub(super) fn summary(encoded: &str) -> String {
    if !is_password_usable(encoded) || encoded.is_empty() {
        return "No password set.".to_owned();
    }
    let Some(parts) = Encoded::parse(encoded) else {
        return "Invalid password format or unknown hashing algorithm.".to_owned();
    };
    let cost = match encoded
        .split('$')
        .nth(1)
        .and_then(|rounds| rounds.parse::<u32>().ok())
    {
        Some(rounds) if parts.algorithm().starts_with("pbkdf2") => {
            format!(", iterations: {rounds}")
        }
        _ => String::new(),
    };
    format!("algorithm: {}{cost}", parts.algorithm())
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_summary_contains_no_part_of_the_hash() {
        let vector = "pbkdf2_sha256$1000$abcdefghijklmnopqrstuv$3sV/SVfT6ME4dIgYVdSlH0jEvyK0z+y3AJvov9Y+8MA=";
        assert_eq!(
            summary(vector),
            "algorithm: pbkdf2_sha256, iterations: 1000"
        );
        assert_eq!(summary("!x"), "No password set.");
        assert_eq!(summary(""), "No password set.");
        assert_eq!(
            summary("plain secret"),
            "Invalid password format or unknown hashing algorithm."
        );
    }
}
